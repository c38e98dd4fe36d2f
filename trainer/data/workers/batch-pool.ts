import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { DatasetError } from '../../../common/errors/dataset-error';
import { startWorkers, type WorkerOptions, type WorkerPool } from './worker-pool';

/** Which images make a batch; what else a worker needs to make them is added to it. */
export interface BatchRequest {
  /** [B], data-set indices. */
  readonly indices: Int32Array;
}

/** Message to all workers: a batch that they share. */
export interface BatchTask<Request extends BatchRequest> {
  id: number;
  request: Request;
  /** Takes the B images, one after the other. */
  pixels: SharedArrayBuffer;
  /** Number of values of an image. */
  imageLength: number;
  /** Int32 [2]: the next image that nobody makes yet, and how many are done. */
  control: SharedArrayBuffer;
}

/** Message from a worker. */
export type BatchReport =
  /** All images of the batch are there; or one of them cannot be read. */
  | { type: 'done'; id: number }
  | { type: 'broken'; id: number; message: string }
  /** An image of the cache is damaged. */
  | { type: 'damaged' };

/** A batch that has been asked for. */
interface PendingBatch {
  pixels: SharedArrayBuffer;
  length: number;
  resolve: (pixels: Float32Array) => void;
  reject: (error: unknown) => void;
}

interface BatchPoolOptions extends Omit<WorkerOptions, 'count'> {
  /** Threads; null: one a core, at most eight. */
  count?: number | null;
  /** Height and width of an image in a batch, in pixels. */
  imageSize: number;
  onDamage?: () => void;
}

const maxWorkers = 8;

/** Threads that make batches, all on the oldest one first: image by image, so that a batch does not wait for one of them. */
export class BatchPool<Request extends BatchRequest> {
  private readonly pending = new Map<number, PendingBatch>();
  private readonly freeBuffers: SharedArrayBuffer[] = [];
  private nextId = 0;
  private failure: { error: unknown } | undefined;
  private pool!: WorkerPool;

  private constructor(
    private readonly imageLength: number,
    private readonly onDamage: (() => void) | undefined,
  ) {}

  /** Starts the workers. @throws the signal's reason when aborted */
  static async start<Request extends BatchRequest>({
    count,
    imageSize,
    onDamage,
    ...options
  }: BatchPoolOptions): Promise<BatchPool<Request>> {
    const batches = new BatchPool<Request>(imageSize * imageSize * 3, onDamage);
    batches.pool = await startWorkers<BatchReport>(
      { ...options, count: count ?? Math.min(availableParallelism(), maxWorkers) },
      { onMessage: (report) => batches.receive(report), onFailure: (error) => batches.fail(error) },
    );
    return batches;
  }

  get workers(): readonly Worker[] {
    return this.pool.workers;
  }

  /** Makes a batch after those that have been asked for before. @throws DatasetError naming an image that cannot be read */
  make(request: Request): Promise<Float32Array> {
    if (this.failure) return Promise.reject(this.failure.error);
    const { imageLength } = this;
    const length = request.indices.length * imageLength;
    const free = this.freeBuffers.findIndex(({ byteLength }) => byteLength >= 4 * length);
    const pixels = free === -1 ? new SharedArrayBuffer(4 * length) : this.freeBuffers.splice(free, 1)[0];
    const id = this.nextId++;
    const task: BatchTask<Request> = { id, request, pixels, imageLength, control: new SharedArrayBuffer(8) };
    return new Promise((resolve, reject) => {
      this.pending.set(id, { pixels, length, resolve, reject });
      for (const worker of this.workers) worker.postMessage(task);
    });
  }

  /** Takes the memory of a batch back. */
  release(pixels: Float32Array): void {
    this.freeBuffers.push(pixels.buffer as unknown as SharedArrayBuffer);
  }

  async end(): Promise<void> {
    this.fail(new Error('the workers have ended'));
    await this.pool.end();
  }

  private receive(report: BatchReport): void {
    if (report.type === 'damaged') {
      this.onDamage?.();
      return;
    }
    const batch = this.pending.get(report.id);
    this.pending.delete(report.id);
    if (report.type === 'done') batch?.resolve(new Float32Array(batch.pixels, 0, batch.length));
    else batch?.reject(new DatasetError(report.message));
  }

  private fail(error: unknown): void {
    if (this.failure) return;
    this.failure = { error };
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

export interface LoadedBatch<Request extends BatchRequest> {
  request: Request;
  /** [B, S, S, 3], normalised. Valid until the next batch is asked for: its memory is used again. */
  pixels: Float32Array;
  /** For how long whoever asked for the batch had to wait, in seconds. */
  waited: number;
}

/**
 * Makes batches in the order of their requests.
 * @param ahead number of batches made ahead of the current one
 */
export async function* prefetch<Request extends BatchRequest>(
  pool: BatchPool<Request>,
  requests: Iterable<Request>,
  ahead: number,
): AsyncGenerator<LoadedBatch<Request>, void, undefined> {
  const remaining = requests[Symbol.iterator]();
  const running: { request: Request; batch: Promise<Float32Array> }[] = [];
  for (;;) {
    const start = performance.now();
    while (running.length <= ahead) {
      const next = remaining.next();
      if (next.done) break;
      const batch = pool.make(next.value);
      // It is awaited in its turn; until then a failure must not end the process.
      batch.catch(() => {});
      running.push({ request: next.value, batch });
    }
    const first = running.shift();
    if (!first) return;
    const pixels = await first.batch;
    yield { request: first.request, pixels, waited: (performance.now() - start) / 1000 };
    pool.release(pixels);
  }
}
