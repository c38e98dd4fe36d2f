import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CorruptionName, Severity, Strength } from '../../../common/experiment/corruption-names';
import { buildFolder } from '../../runtime/build-folder';

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

/** Tasks a worker has at hand: the one it works on and the next. */
const tasksPerWorker = 2;

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
  // sharp asks to be loaded by the main thread before worker threads load it.
  await import('sharp');
  const outcomes: (CorruptOutcome | undefined)[] = new Array(tasks.length);
  const workerFile = join(buildFolder(), 'corrupt-worker.js');
  const count = Math.min(availableParallelism(), tasks.length);
  const workers = Array.from({ length: count }, () => new Worker(workerFile, { workerData: settings }));
  let next = 0;
  let outstanding = 0;
  let done = 0;
  let failed = false;
  try {
    await new Promise<void>((resolve, reject) => {
      const send = (worker: Worker) => {
        if (next >= tasks.length || signal.aborted || failed) return;
        outstanding++;
        worker.postMessage({ index: next, task: tasks[next] } satisfies CorruptRequest);
        next++;
      };
      const receive = (worker: Worker, { index, outcome }: CorruptResponse) => {
        outstanding--;
        outcomes[index] = outcome;
        if (outcome.obstacle) failed = true;
        onProgress(++done);
        send(worker);
        if (outstanding === 0) resolve();
      };
      for (const worker of workers) {
        worker.on('message', (response: CorruptResponse) => receive(worker, response));
        worker.on('error', reject);
        worker.on('exit', (code) => reject(new Error(`a worker that corrupts images ended with status ${code}`)));
      }
      for (let i = 0; i < tasksPerWorker; i++) workers.forEach(send);
      if (outstanding === 0) resolve();
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return outcomes;
}
