import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { RunState } from './events';
import { isProcessAlive } from './process-identity';
import { runPaths } from './run-folder';
import { readLockHolder } from './run-lock';

/** Whether a trainer works on a run folder. `elsewhere`: on another host, where it cannot be told from here. */
export type TrainerPresence = 'alive' | 'elsewhere' | 'gone';

const tailBytes = 8192;
const maxWords = 5;
const maxLineLength = 300;

/** Looks at the run's lock: a trainer holds it as long as it lives. */
export function trainerPresence(folder: string): TrainerPresence {
  const holder = readLockHolder(folder);
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
  const words = lastWords(runPaths(folder).log);
  return words === '' ? 'the trainer ended unexpectedly' : `the trainer ended unexpectedly; its last words:\n${words}`;
}

/** The last lines of a log that are not empty, without terminal control sequences; of redrawn lines the last state. */
function lastWords(file: string): string {
  let tail: string;
  try {
    const descriptor = openSync(file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      const bytes = Buffer.alloc(Math.min(size, tailBytes));
      const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
      tail = bytes.toString('utf8', 0, read);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
  return stripVTControlCharacters(tail)
    .split(/\r?\n/)
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).trimEnd())
    .filter((line) => line.trim() !== '')
    .slice(-maxWords)
    .map((line) => line.slice(0, maxLineLength))
    .join('\n');
}
