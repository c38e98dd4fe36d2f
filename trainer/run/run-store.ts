import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventReader } from './event-reader';
import { runPaths } from './run-folder';
import { type RunInfo, readRunInfo } from './run-info';
import { type RunSummary, RunSummaryBuilder } from './run-summary';
import { hasEndedUnexpectedly, trainerPresence, unexpectedEnd } from './trainer-presence';

/**
 * The runs of a runs folder: its folders with an `experiment.json`, by name, numbers in their order. Empty when there is
 * no such folder. A damaged run is listed with its problem.
 */
export async function listRuns(runsFolder: string): Promise<RunInfo[]> {
  const entries = await readdir(runsFolder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const runs: RunInfo[] = [];
  for (const entry of entries) {
    const folder = join(runsFolder, entry.name);
    if (!existsSync(runPaths(folder).experiment)) continue;
    runs.push(readRunInfo(folder));
    await nextTurn();
  }
  const collator = new Intl.Collator('en', { numeric: true });
  return runs.sort((one, other) => collator.compare(one.runId, other.runId));
}

/**
 * Reads a run's records and sums them up, a piece at a time so that others can work in between. A run that was left
 * running by a trainer that is gone has failed. Never rejects: what is wrong is the summary's `problem`.
 */
export async function readRunSummary(folder: string): Promise<RunSummary> {
  const builder = new RunSummaryBuilder(readRunInfo(folder));
  const presence = trainerPresence(folder);
  const reader = new EventReader(folder);
  try {
    for (let events = reader.poll(); events.length > 0; events = reader.poll()) {
      for (const event of events) builder.add(event);
      await nextTurn();
    }
  } catch (error) {
    const problem = `${runPaths(folder).events} cannot be read: ${(error as Error).message}`;
    return { ...builder.summary, problem };
  }
  const { summary } = builder;
  if (!hasEndedUnexpectedly(folder, summary.state, presence)) return summary;
  const { secondsLeft: _, ...rest } = summary;
  return { ...rest, state: 'failed', reason: unexpectedEnd(folder) };
}
