import { strengthForSize } from '../../experiment/corruption-names';
import type { Experiment } from '../../experiment/schema';
import {
  type BranchEvaluation,
  type Evaluation,
  evaluatedBranches,
  normalisationLabel,
  type StoredEvaluation,
} from '../../run/evaluations';
import type { RunSummary } from '../../run/run-summary';
import type { RunName } from '../protocol';
import { runHeader } from '../run-header';
import type { RobustnessBranch, RobustnessEvaluation, RobustnessRun } from './robustness-contract';

/** What the robustness panel shows of a run. */
export function robustnessRun(
  { runName, experiment, summary }: { runName: RunName; experiment: Experiment; summary: RunSummary },
  { evaluations, problems }: { evaluations: readonly StoredEvaluation[]; problems: readonly string[] },
): RobustnessRun {
  return {
    header: runHeader(runName, experiment, summary),
    evaluations: evaluations.map(({ name, evaluation }) => shownEvaluation(name, evaluation)),
    problems: [...problems],
  };
}

/** Whether images were corrupted as a command does it that is told nothing but corruption and severity. */
export function isCorruptedByDefault({ source, dataset }: Evaluation): boolean {
  if (source?.kind !== 'made') return false;
  return source.seed === 0 && source.frost === undefined && source.strength === strengthForSize(dataset.imageSize);
}

function shownEvaluation(name: string, evaluation: Evaluation): RobustnessEvaluation {
  const { epoch, created, backend, images, imageList, source, branches, predictions } = evaluation;
  return {
    name,
    checkpoint: checkpointInWords(evaluation),
    epoch,
    created,
    backend,
    images,
    imageList,
    dataset: `${evaluation.dataset.type}, ${evaluation.dataset.imageSize} px`,
    ...(source === null ? {} : { source: sourceInWords(source) }),
    hasPredictions: predictions !== undefined,
    branches: Object.fromEntries(
      evaluatedBranches.flatMap((branch) => {
        const measured = branches[branch];
        return measured === undefined ? [] : [[branch, shownBranch(measured)]];
      }),
    ),
  };
}

function checkpointInWords({ checkpoint, epoch }: Evaluation): string {
  if (typeof checkpoint === 'number') return `epoch ${checkpoint}`;
  const name = checkpoint ?? 'a checkpoint';
  return epoch === null ? name : `${name}, after epoch ${epoch}`;
}

function sourceInWords(source: NonNullable<Evaluation['source']>): string {
  if (source.kind === 'folder') return `corrupted files in ${source.path}`;
  const frost = source.frost === undefined ? '' : ', frost of a folder';
  return `corrupted on the fly, strength ${source.strength}, seed ${source.seed}${frost}`;
}

function shownBranch({ summary, ...measured }: BranchEvaluation): RobustnessBranch {
  return { ...measured, ...(summary === undefined ? {} : { summary: shownSummary(summary) }) };
}

function shownSummary(summary: NonNullable<BranchEvaluation['summary']>): NonNullable<RobustnessBranch['summary']> {
  const { unnormalised, mCE, relativeMCE, baseline } = summary;
  return {
    unnormalised,
    ...(mCE === undefined ? {} : { mCE }),
    ...(relativeMCE === undefined ? {} : { relativeMCE }),
    baseline,
    label: normalisationLabel(summary),
  };
}
