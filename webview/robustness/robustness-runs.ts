import type { RunHeader } from '../../common/panels/protocol';
import type {
  RobustnessBranch,
  RobustnessEvaluation,
  RobustnessRun,
  RobustnessState,
} from '../../common/panels/robustness/robustness-contract';
import type { RunStyle } from '../shared/run-style';
import type { Theme } from '../shared/theme';

/** A branch of a run in the evaluation of it that is shown. */
export interface RobustnessSource {
  key: string;
  header: RunHeader;
  evaluation: RobustnessEvaluation;
  branch: string;
  measured: RobustnessBranch;
}

/** What sources are called in the panel, and how they are drawn. */
export interface SourceLooks {
  labelOf: (source: RobustnessSource) => string;
  styleOf: (runKey: string) => RunStyle;
  theme: Theme;
}

/** The evaluation of a run that is shown: the selected one, else the newest; undefined where there is none. */
function shownEvaluation(
  run: RobustnessRun,
  selected: RobustnessState['evaluations'],
): RobustnessEvaluation | undefined {
  const name = selected[run.header.runKey];
  return run.evaluations.find((evaluation) => evaluation.name === name) ?? run.evaluations[0];
}

/** Every run and branch that is shown, in the order of the runs. */
export function sourcesOf(
  runs: readonly RobustnessRun[],
  { evaluations, branches }: Pick<RobustnessState, 'evaluations' | 'branches'>,
): RobustnessSource[] {
  return runs.flatMap((run) => {
    const evaluation = shownEvaluation(run, evaluations);
    if (evaluation === undefined) return [];
    const { header } = run;
    const all = Object.entries(evaluation.branches).map(([branch, measured]) => {
      return { key: `${header.runKey} ${branch}`, header, evaluation, branch, measured };
    });
    // A run that lacks the branch is shown by what it has, or it could not be compared.
    const wanted = all.filter(({ branch }) => branches === 'all' || branch === branches);
    return wanted.length > 0 ? wanted : all.slice(0, 1);
  });
}

/** "mixprop-cifar10 · aux"; without the branch where the run has but one. */
export function sourceLabel(source: RobustnessSource, labelOf: (runKey: string) => string): string {
  const run = labelOf(source.header.runKey);
  return Object.keys(source.evaluation.branches).length > 1 ? `${run} · ${source.branch}` : run;
}
