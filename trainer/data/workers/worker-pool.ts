import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildFolder } from '../../runtime/build-folder';

/** What a pool's threads are. */
export interface WorkerOptions {
  /** Their entry in the build's output, without its ending: "decode-worker". */
  entry: string;
  /** What one of them does, for messages: "decodes images". */
  work: string;
  /** What to do when one has died, for messages. */
  remedy?: string;
  /** Their number; default: one a core. */
  count?: number;
  /** `workerData` of each. */
  data: unknown;
  signal?: AbortSignal;
}

export interface WorkerPool {
  readonly workers: readonly Worker[];
  /** Ends the threads, whatever they are at. */
  end(): Promise<void>;
}

interface Listeners<Message> {
  onMessage: (message: Message, worker: Worker) => void;
  /** A worker has died, or the signal was aborted. Also called for each worker that `end` terminates. */
  onFailure: (error: unknown) => void;
}

/** Starts worker threads. @throws the signal's reason when aborted */
export async function startWorkers<Message>(
  { entry, work, remedy, count = availableParallelism(), data, signal }: WorkerOptions,
  { onMessage, onFailure }: Listeners<Message>,
): Promise<WorkerPool> {
  // sharp asks to be loaded by the main thread before worker threads load it.
  await import('sharp');
  signal?.throwIfAborted();
  const file = join(buildFolder(), `${entry}.js`);
  const hint = remedy === undefined ? '' : `: ${remedy}`;
  const workers = Array.from({ length: count }, () => new Worker(file, { workerData: data }));
  for (const worker of workers) {
    worker.on('message', (message: Message) => onMessage(message, worker));
    worker.on('error', ({ message }) => onFailure(new Error(`a worker that ${work} failed: ${message}`)));
    worker.on('exit', (code) => onFailure(new Error(`a worker that ${work} ended with status ${code}${hint}`)));
  }
  const onAbort = () => onFailure(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  return {
    workers,
    async end() {
      signal?.removeEventListener('abort', onAbort);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Requests that a worker holds: the one it works on and the next. */
const requestsPerWorker = 2;

/**
 * Hands requests to workers, each of which answers every one of its requests with one message.
 *
 * @param next the next request; undefined when there are no more
 * @throws the signal's reason when it is aborted; an Error when a worker dies
 */
export async function distribute<Request, Response>(
  options: WorkerOptions,
  next: () => Request | undefined,
  onResponse: (response: Response) => void,
): Promise<void> {
  let outstanding = 0;
  const send = (worker: Worker) => {
    const request = next();
    if (request === undefined) return;
    outstanding++;
    worker.postMessage(request);
  };
  let onEnd = () => {};
  let onFailure: (error: unknown) => void = () => {};
  const finished = new Promise<void>((resolve, reject) => {
    onEnd = resolve;
    onFailure = reject;
  });
  const pool = await startWorkers<Response>(options, {
    onMessage(response, worker) {
      outstanding--;
      onResponse(response);
      send(worker);
      if (outstanding === 0) onEnd();
    },
    onFailure,
  });
  try {
    for (let i = 0; i < requestsPerWorker; i++) pool.workers.forEach(send);
    if (outstanding === 0) onEnd();
    await finished;
  } finally {
    await pool.end();
  }
}
