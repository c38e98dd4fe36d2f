import { readFileSync, statSync } from 'node:fs';
import type { RunCurves } from '../../webview/protocol';
import type { Experiment } from '../experiment/schema';
import { CurvesModel } from '../run/curves';
import { effectiveEvents, readAllEvents } from '../run/event-reader';
import type { RunEvent } from '../run/events';
import { type RunEnvironment, runPaths } from '../run/run-folder';
import { readRunInfo } from '../run/run-info';
import { readRunSummary } from '../run/run-store';
import { UsageError } from '../usage-error';
import { type ReportDivergence, readReportDivergence } from './report-divergence';
import { type RowSource, type RunRow, runRows } from './run-table';

/** A run as a report shows it. */
export interface ReportRun extends ReportDivergence {
  experiment: Experiment;
  row: RunRow;
  curves: RunCurves;
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
  return sources.map(({ experiment, curves, divergence, channels }, i) => ({
    experiment,
    curves,
    divergence,
    channels,
    row: rows[i],
  }));
}

type ReadRun = RowSource & ReportDivergence & { curves: RunCurves };

async function readReportRun(folder: string): Promise<ReadRun> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${folder} is no run folder: name a folder such as runs/quickstart/vanilla`);
  }
  const { runId, experiment, problem } = readRunInfo(folder);
  if (experiment === undefined) throw new UsageError(`${folder} is no readable run: ${problem}`);
  const events = readEvents(folder);
  const { state, reason } = await readRunSummary(folder);
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
    ...readReportDivergence({ runId, folder, experiment }, events, { state, reason }),
  };
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
