import { readFileSync, statSync } from 'node:fs';
import type { RobustnessRun, RunCurves } from '../../webview/protocol';
import type { Experiment } from '../experiment/schema';
import { CurvesModel } from '../run/curves';
import { type Evaluation, readEvaluations, type StoredEvaluation } from '../run/evaluations';
import { effectiveEvents, readAllEvents } from '../run/event-reader';
import type { RunEvent } from '../run/events';
import { type RunEnvironment, runPaths } from '../run/run-folder';
import { readRunInfo } from '../run/run-info';
import { readRunSummary } from '../run/run-store';
import { UsageError } from '../usage-error';
import { type ReportCam, readReportCam } from './report-cam';
import { type ReportDivergence, readReportDivergence } from './report-divergence';
import { readReportRobustness } from './report-robustness';
import { type RowSource, type RunRow, runRows } from './run-table';

/** A run as a report shows it. */
export interface ReportRun extends ReportDivergence {
  experiment: Experiment;
  row: RunRow;
  curves: RunCurves;
  cam: ReportCam;
  robustness: RobustnessRun;
  /** Of its evaluations the one with the most corruptions and severities, of such the newest; absent without. */
  evaluation?: Evaluation;
  /** Evaluations that cannot be read, in words. */
  evaluationProblems: readonly string[];
}

/**
 * Reads run folders for a report, in the order given.
 * @throws UsageError naming the run that is no run folder, is damaged, or has the id of another
 */
export async function readReportRuns(folders: readonly string[]): Promise<ReportRun[]> {
  const sources: ReadRun[] = [];
  for (const folder of folders) {
    const source = await readReportRun(folder);
    if (sources.some(({ runId }) => runId === source.runId)) {
      throw new UsageError(
        `two runs are called ${source.runId}: name each run once, and rename a folder if they differ`,
      );
    }
    sources.push(source);
  }
  const rows = runRows(sources);
  return sources.map(
    ({ experiment, curves, cam, robustness, divergence, channels, evaluation, evaluationProblems }, i) => ({
      experiment,
      curves,
      cam,
      robustness,
      divergence,
      channels,
      row: rows[i],
      ...(evaluation && { evaluation }),
      evaluationProblems,
    }),
  );
}

type ReadRun = RowSource & Omit<ReportRun, 'row'>;

async function readReportRun(folder: string): Promise<ReadRun> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${folder} is no run folder: name a folder such as runs/quickstart/vanilla`);
  }
  const { runId, experiment, problem } = readRunInfo(folder);
  if (experiment === undefined) throw new UsageError(`${folder} is no readable run: ${problem}`);
  const events = readEvents(folder);
  const summary = await readRunSummary(folder);
  const { state, reason } = summary;
  const model = new CurvesModel(runId, experiment);
  for (const event of events) model.add(event);
  model.setState(state, reason);
  const epochs = effectiveEvents(events).filter((event) => event.type === 'epoch');
  return {
    runId,
    experiment,
    state,
    environment: readEnvironment(folder),
    epochs,
    curves: model.hydrate(),
    cam: readReportCam({ runId, folder, experiment }, events, { state, reason }),
    robustness: readReportRobustness({ runId, folder, experiment }, summary),
    ...readReportDivergence({ runId, folder, experiment }, events, { state, reason }),
    ...readBestEvaluation(folder),
  };
}

function readBestEvaluation(folder: string): Pick<ReportRun, 'evaluation' | 'evaluationProblems'> {
  const { evaluations, problems } = readEvaluations(folder);
  const extent = ({ evaluation: { branches, stylized } }: StoredEvaluation) => {
    const [branch] = Object.values(branches);
    const parts = Object.values(branch?.corruptions ?? {}).map((bySeverity) => Object.keys(bySeverity).length);
    return parts.reduce((sum, count) => sum + count, stylized ? 1 : 0);
  };
  // They come newest first, and sorting keeps that order among equals.
  const [best] = evaluations.sort((a, b) => extent(b) - extent(a));
  return { ...(best && { evaluation: best.evaluation }), evaluationProblems: problems };
}

function readEvents(folder: string): RunEvent[] {
  try {
    return readAllEvents(folder);
  } catch (error) {
    throw new UsageError(`${runPaths(folder).events} cannot be read: ${(error as Error).message}`);
  }
}

/** A run that ended early may have none. */
function readEnvironment(folder: string): RunEnvironment | undefined {
  try {
    return JSON.parse(readFileSync(runPaths(folder).environment, 'utf8')) as RunEnvironment;
  } catch {
    return undefined;
  }
}
