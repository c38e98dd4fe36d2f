import { availableParallelism } from 'node:os';
import type { CorruptionName, Severity, Strength } from '../../../common/experiment/corruption-names';
import { distribute } from '../workers/worker-pool';

/** What all images of a folder have in common. */
export interface CorruptSettings {
  strength: Strength;
  format: 'png' | 'jpeg';
  /** Resize and crop to this many pixels first, as evaluation does; null: as they are. */
  imageSize: number | null;
  /** Folder of the original's frost textures; null: the built-in ones. */
  frostFolder: string | null;
}

/** One picture to make. */
export interface CorruptTarget {
  name: CorruptionName;
  severity: Severity;
  /** Absolute path; its folder exists. */
  file: string;
}

/** One image and all that is to be made of it. */
export interface CorruptTask {
  /** Absolute path of the image. */
  input: string;
  /** Seed of this image. */
  seed: number;
  targets: CorruptTarget[];
}

/** What became of a task: how many pictures were written, and what went wrong. */
export interface CorruptOutcome {
  written: number;
  /** A sentence that names the file. */
  problem?: string;
  /** Why a picture could not be written, by the system's error: nothing more is. */
  obstacle?: { file: string; code?: string; message: string };
}

export interface CorruptRequest {
  index: number;
  task: CorruptTask;
}

export interface CorruptResponse {
  index: number;
  outcome: CorruptOutcome;
}

/**
 * Works through tasks in a pool of worker threads, one a core. When the signal is aborted no more tasks are begun, and those
 * at hand are finished, so that no picture is left half written.
 *
 * @returns one outcome a task, undefined for tasks that were not begun
 * @throws an Error when a worker dies
 */
export async function corruptFiles(
  tasks: readonly CorruptTask[],
  settings: CorruptSettings,
  { onProgress, signal }: { onProgress: (done: number) => void; signal: AbortSignal },
): Promise<(CorruptOutcome | undefined)[]> {
  const outcomes: (CorruptOutcome | undefined)[] = new Array(tasks.length);
  let next = 0;
  let done = 0;
  let failed = false;
  const nextRequest = (): CorruptRequest | undefined => {
    if (next >= tasks.length || signal.aborted || failed) return undefined;
    return { index: next, task: tasks[next++] };
  };
  const count = Math.min(availableParallelism(), tasks.length);
  const pool = { entry: 'corrupt-worker', work: 'corrupts images', count, data: settings };
  await distribute<CorruptRequest, CorruptResponse>(pool, nextRequest, ({ index, outcome }) => {
    outcomes[index] = outcome;
    if (outcome.obstacle) failed = true;
    onProgress(++done);
  });
  return outcomes;
}
