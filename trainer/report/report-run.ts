import { resolve } from 'node:path';
import { reasonOf } from '../../common/errors/system-error';
import { UsageError } from '../../common/errors/usage-error';
import type { Experiment } from '../../common/experiment/schema';
import type { RunCurves } from '../../common/panels/curves/curves-contract';
import { CurvesModel } from '../../common/panels/curves/curves-model';
import type { RunName } from '../../common/panels/protocol';
import type { RobustnessRun } from '../../common/panels/robustness/robustness-contract';
import { robustnessRun } from '../../common/panels/robustness/robustness-model';
import { type Evaluation, readEvaluations, type StoredEvaluation } from '../../common/run/evaluations';
import { effectiveEvents, readAllEvents } from '../../common/run/event-reader';
import type { RunEvent } from '../../common/run/events';
import { readRunSummary } from '../../common/run/read-run-summary';
import { findRunEnvironment } from '../../common/run/run-environment';
import { runPaths } from '../../common/run/run-folder';
import { readRunInfo } from '../../common/run/run-info';
import { nameRuns } from '../../common/run/run-names';
import { runTargets } from '../../common/run/run-targets';
import { type ReportCam, readReportCam } from './report-cam';
import { type ReportDivergence, readReportDivergence } from './report-divergence';
import { type RowSource, type RunRow, runRows } from './run-table';

/** A report keeps at most this many evaluations of a run, the newest: each takes up to 40 kB. */
const maxEvaluations = 10;

/** A run as a report shows it. */
export interface ReportRun extends RowSource, ReportDivergence {
  row: RunRow;
  curves: RunCurves;
  cam: ReportCam;
  robustness: RobustnessRun;
  /** The one with the most corruptions and severities, the newest of these; absent where there is none. */
  evaluation?: Evaluation;
  /** Messages about evaluations that cannot be read. */
  evaluationProblems: readonly string[];
}

/**
 * Reads run folders for a report, in the order given. What is none, or cannot be read, is passed over: `runs/*` may hold
 * other files.
 *
 * @param onPassedOver told of each, and why
 * @throws UsageError where nothing is left, and where there is nothing at a path
 */
export async function readReportRuns(
  folders: readonly string[],
  onPassedOver: (problem: string) => void = () => {},
): Promise<ReportRun[]> {
  const { targets, passedOver: problems } = runTargets(folders);
  const readable = targets.flatMap((folder) => {
    const { experiment, problem } = readRunInfo(folder);
    if (experiment !== undefined) return [{ folder, experiment }];
    problems.set(folder, problem);
    return [];
  });
  const names = nameRuns(readable.map(({ folder }) => resolve(folder)));
  const sources: Omit<ReportRun, 'row'>[] = [];
  for (const [index, { folder, experiment }] of readable.entries()) {
    try {
      // Whoever gets the report does not need to know where the folders are.
      sources.push(await readReportRun(folder, experiment, { ...names[index], runKey: names[index].label }));
    } catch (error) {
      problems.set(folder, (error as Error).message);
    }
  }
  const inOrder = [...new Set(folders)].flatMap((folder) => problems.get(folder) ?? []);
  if (sources.length === 0) throw new UsageError(inOrder.join('\n'));
  for (const problem of inOrder) onPassedOver(problem);
  const rows = runRows(sources);
  return sources.map((source, i) => ({ ...source, row: rows[i] }));
}

/** @throws Error saying why the folder cannot be in a report */
async function readReportRun(folder: string, experiment: Experiment, runName: RunName) {
  const events = readEvents(folder);
  const summary = await readRunSummary(folder);
  const { state, reason, problem } = summary;
  const model = new CurvesModel(runName, experiment);
  for (const event of events) model.add(event);
  model.conclude({ state, reason });
  const epochs = effectiveEvents(events).filter((event) => event.type === 'epoch');
  const { evaluations, problems } = readEvaluations(folder);
  const evaluation = mostComplete(evaluations);
  return {
    runName,
    experiment,
    state,
    ...(problem !== undefined && { problem }),
    environment: findRunEnvironment(folder),
    epochs,
    curves: model.hydrate(),
    cam: readReportCam({ runName, folder, experiment }, events, { state, reason }),
    // The images that a corruption loses are not in a report.
    robustness: robustnessRun(
      { runName, experiment, summary },
      { evaluations: evaluations.slice(0, maxEvaluations), problems },
    ),
    ...readReportDivergence({ runName, folder, experiment }, events, { state, reason }),
    ...(evaluation && { evaluation }),
    evaluationProblems: problems,
  };
}

/** @param evaluations the newest first */
function mostComplete(evaluations: readonly StoredEvaluation[]): Evaluation | undefined {
  const extent = ({ evaluation: { branches, stylized } }: StoredEvaluation) => {
    const [branch] = Object.values(branches);
    const parts = Object.values(branch?.corruptions ?? {}).map((bySeverity) => Object.keys(bySeverity).length);
    return parts.reduce((sum, count) => sum + count, stylized ? 1 : 0);
  };
  // Sorting keeps the order among equals.
  return [...evaluations].sort((a, b) => extent(b) - extent(a))[0]?.evaluation;
}

function readEvents(folder: string): RunEvent[] {
  try {
    return readAllEvents(folder);
  } catch (error) {
    throw new UsageError(`${runPaths(folder).events} cannot be read: ${reasonOf(error)}`);
  }
}
