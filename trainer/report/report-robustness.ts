import type { Experiment } from '../../common/experiment/schema';
import { panelProtocolVersion, type RunName } from '../../common/panels/protocol';
import type { RobustnessRun, ToRobustness } from '../../common/panels/robustness/robustness-contract';
import { robustnessRun } from '../../common/panels/robustness/robustness-model';
import { readEvaluations } from '../../common/run/evaluations';
import type { RunSummary } from '../../common/run/run-summary';

/** A report keeps so many evaluations of a run, the newest: each takes up to 40 kB. */
const mostEvaluations = 10;

/** Reads what the robustness panel shows of a run. The lost images are not in a report. */
export function readReportRobustness(
  run: { runName: RunName; folder: string; experiment: Experiment },
  summary: RunSummary,
): RobustnessRun {
  const { evaluations, problems } = readEvaluations(run.folder);
  return robustnessRun({ ...run, summary }, { evaluations: evaluations.slice(0, mostEvaluations), problems });
}

/** What the panel is told; undefined where no run was evaluated. */
export function robustnessMessages(runs: readonly RobustnessRun[]): ToRobustness[] | undefined {
  if (runs.every(({ evaluations }) => evaluations.length === 0)) return undefined;
  return [{ type: 'hydrate', version: panelProtocolVersion, runs: [...runs] }];
}
