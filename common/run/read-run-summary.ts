import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { reasonOf } from '../errors/system-error';
import { EventReader } from './event-reader';
import { runPaths } from './run-folder';
import { readRunInfo } from './run-info';
import { type RunSummary, RunSummaryBuilder } from './run-summary';
import { hasEndedUnexpectedly, trainerPresence, unexpectedEnd } from './trainer-presence';

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
    const problem = `${runPaths(folder).events} cannot be read: ${reasonOf(error)}`;
    return { ...builder.summary, problem };
  }
  const damage = recordsProblem(folder, reader);
  const summary = damage === undefined ? builder.summary : { problem: damage, ...builder.summary };
  if (!hasEndedUnexpectedly(folder, summary.state, presence)) return summary;
  const { secondsLeft: _, ...rest } = summary;
  return { ...rest, state: 'failed', reason: unexpectedEnd(folder) };
}

/** What is wrong with a run's records when all have been read, in words; undefined where nothing is. */
export function recordsProblem(folder: string, reader: EventReader): string | undefined {
  const { checkpoints } = runPaths(folder);
  if (reader.problem !== undefined || reader.position > 0) return reader.problem;
  if (!existsSync(join(checkpoints, 'last.safetensors'))) return undefined;
  return 'events.jsonl is missing or empty, although the run has a checkpoint';
}
