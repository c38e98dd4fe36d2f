import type { RunState } from './events';
import { isProgressLine, lastWords } from './last-words';
import { isProcessAlive } from './process-identity';
import { runPaths } from './run-folder';
import { readLockFile, readLockHolder } from './run-lock';

/** Whether a trainer works on a run folder. `elsewhere`: on another host, where it cannot be told from here. */
export type TrainerPresence = 'alive' | 'elsewhere' | 'gone';

const maxWords = 5;

/** Looks at the run's lock: a trainer holds it as long as it lives. */
export const trainerPresence = (folder: string): TrainerPresence => lockPresence(runPaths(folder).lock);

/** The same of any lock. */
export function lockPresence(lockFile: string): TrainerPresence {
  const holder = readLockFile(lockFile);
  if (holder === undefined) return 'gone';
  const alive = isProcessAlive(holder);
  return alive === undefined ? 'elsewhere' : alive ? 'alive' : 'gone';
}

/**
 * Whether a run failed without saying so: its last record says that it goes on, but its trainer is gone. A queued run may
 * yet wait for its first trainer, unless one left its lock behind.
 * @param state of the run's last `status` record
 * @param presence looked up before the records were read, so that the last ones of a trainer that is gone were seen
 */
export function hasEndedUnexpectedly(folder: string, state: RunState, presence: TrainerPresence): boolean {
  if (presence !== 'gone') return false;
  if (state !== 'queued') return state === 'running' || state === 'paused';
  const holder = readLockHolder(folder);
  return holder !== undefined && isProcessAlive(holder) === false;
}

/** Why a run failed whose trainer ended without a last record: says so, with the trainer's last words. */
export function unexpectedEnd(folder: string): string {
  const words = lastWords(runPaths(folder).log, maxWords).filter((line) => !isProgressLine(line));
  const cause = 'the trainer ended unexpectedly';
  return words.length === 0 ? cause : `${cause}; its last words:\n${words.join('\n')}`;
}
