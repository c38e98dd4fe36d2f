import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DatasetError } from '../../../common/errors/dataset-error';
import { buildFolder } from '../../runtime/build-folder';
import type { ImageSet } from '../dataset';
import type { ImageSource } from '../image-source';
import { discardCache } from '../images/cache-folder';
import { assembleBatch, type ChannelNormalization, type CropDraws } from './augment';

/** Which images make a batch, and how they are cropped. */
export interface BatchRequest {
  /** [B], data-set indices. */
  readonly indices: Int32Array;
  /** null: images as they are. */
  readonly crops: CropDraws | null;
}

export interface LoadedBatch<Request extends BatchRequest> {
  request: Request;
  /** [B, S, S, 3], normalised. Valid until the next batch is asked for: its memory is used again. */
  pixels: Float32Array;
  /** For how long whoever asked for the batch had to wait, in seconds. */
  waited: number;
}

export interface LoaderOptions {
  /** Threads that read images which aren't in memory; null: one a core, at most eight. */
  workers?: number | null;
  /** Told when an image of the cache is damaged. */
  onWarning?: (message: string) => void;
  /** Ends waiting. */
  signal?: AbortSignal;
}

/** Batches made ahead of the one in use. */
const ahead = 2;
const mostWorkers = 8;

/**
 * Gives a batch for each request, in order. Images that lie in memory in their size in a batch are copied when the batch is asked
 * for; others are read, decoded and cropped in worker threads, which work ahead of the reader by two batches at most. Pixels do
 * not depend on the number of workers. Whoever leaves before the end calls `return`, as `for await` does: it ends the workers.
 *
 * @throws DatasetError when a file is broken; an Error when a worker dies; the signal's reason when it is aborted
 */
export async function* loadBatches<Request extends BatchRequest>(
  images: ImageSet,
  requests: Iterable<Request>,
  normalization: ChannelNormalization,
  options: LoaderOptions = {},
): AsyncGenerator<LoadedBatch<Request>, void, undefined> {
  const { pixels: stored, source, imageSize } = images;
  if (!stored) {
    if (!source) throw new Error('an image set has neither pixels nor a source');
    const pool = await BatchPool.start(source, imageSize, normalization, options);
    try {
      yield* readAhead(pool, requests);
    } finally {
      await pool.end();
    }
    return;
  }
  let start = performance.now();
  for (const request of requests) {
    const pixels = new Float32Array(request.indices.length * imageSize * imageSize * 3);
    assembleBatch({ pixels: stored, imageSize }, request.indices, request.crops, normalization, pixels);
    yield { request, pixels, waited: (performance.now() - start) / 1000 };
    start = performance.now();
  }
}

/** Reads batches with a pool, in order, and ahead. */
export async function* readAhead<Request extends BatchRequest>(
  pool: BatchPool,
  requests: Iterable<Request>,
): AsyncGenerator<LoadedBatch<Request>, void, undefined> {
  const remaining = requests[Symbol.iterator]();
  const running: { request: Request; batch: Promise<Float32Array> }[] = [];
  for (;;) {
    const start = performance.now();
    while (running.length <= ahead) {
      const next = remaining.next();
      if (next.done) break;
      const batch = pool.read(next.value);
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

/** What a batch worker is started with. */
export interface BatchWorkerData {
  source: ImageSource;
  imageSize: number;
  normalization: ChannelNormalization;
}

/** Words of a batch's control block: the next image that nobody reads yet, and how many are done. */
export const batchControl = { next: 0, done: 1, words: 2 };

/** Message to all workers: a batch that they share. */
export interface BatchTask extends BatchRequest {
  id: number;
  /** Receives the batch. */
  pixels: SharedArrayBuffer;
  control: SharedArrayBuffer;
}

/** Message from a worker. */
export type BatchReport =
  /** All images of the batch are there; or one of them cannot be read. */
  | { type: 'done'; id: number }
  | { type: 'broken'; id: number; message: string }
  /** An image of the cache is damaged. */
  | { type: 'damaged' };

interface OpenTask {
  pixels: SharedArrayBuffer;
  length: number;
  resolve: (pixels: Float32Array) => void;
  reject: (error: unknown) => void;
}

/** Threads that read batches, all on the oldest one first. */
export class BatchPool {
  private readonly tasks = new Map<number, OpenTask>();
  private readonly buffers: SharedArrayBuffer[] = [];
  private nextId = 0;
  private failure: { error: unknown } | undefined;
  private isDamageTold = false;
  private readonly onAbort = () => this.fail(this.options.signal?.reason);

  private constructor(
    readonly workers: readonly Worker[],
    private readonly data: BatchWorkerData,
    private readonly options: LoaderOptions,
  ) {
    for (const worker of workers) {
      worker.on('message', (report: BatchReport) => this.receive(report));
      worker.on('error', (error) => this.fail(new Error(`a worker that reads images failed: ${error.message}`)));
      worker.on('exit', (code) =>
        this.fail(
          new Error(`a worker that reads images ended with status ${code}: resume the run, or lower loading.workers`),
        ),
      );
    }
    options.signal?.addEventListener('abort', this.onAbort);
  }

  /** Starts the workers. @throws the signal's reason when aborted */
  static async start(
    source: ImageSource,
    imageSize: number,
    normalization: ChannelNormalization,
    options: LoaderOptions,
  ): Promise<BatchPool> {
    // sharp asks to be loaded by the main thread before worker threads load it.
    await import('sharp');
    options.signal?.throwIfAborted();
    const data: BatchWorkerData = { source, imageSize, normalization };
    const count = options.workers ?? Math.min(availableParallelism(), mostWorkers);
    const file = join(buildFolder(), 'batch-worker.js');
    const workers = Array.from({ length: count }, () => new Worker(file, { workerData: data }));
    return new BatchPool(workers, data, options);
  }

  /** Reads a batch after those that have been asked for before. */
  read({ indices, crops }: BatchRequest): Promise<Float32Array> {
    if (this.failure) return Promise.reject(this.failure.error);
    const { imageSize } = this.data;
    const length = indices.length * imageSize * imageSize * 3;
    const used = this.buffers.findIndex(({ byteLength }) => byteLength >= 4 * length);
    const pixels = used === -1 ? new SharedArrayBuffer(4 * length) : this.buffers.splice(used, 1)[0];
    const id = this.nextId++;
    const task: BatchTask = { id, indices, crops, pixels, control: new SharedArrayBuffer(4 * batchControl.words) };
    return new Promise((resolve, reject) => {
      this.tasks.set(id, { pixels, length, resolve, reject });
      for (const worker of this.workers) worker.postMessage(task);
    });
  }

  /** Takes the memory of a batch back. */
  release(pixels: Float32Array): void {
    this.buffers.push(pixels.buffer as unknown as SharedArrayBuffer);
  }

  async end(): Promise<void> {
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.failure ??= { error: new Error('the workers that read images have ended') };
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private receive(report: BatchReport): void {
    switch (report.type) {
      case 'done': {
        const task = this.tasks.get(report.id);
        this.tasks.delete(report.id);
        task?.resolve(new Float32Array(task.pixels, 0, task.length));
        break;
      }
      case 'broken':
        this.tasks.get(report.id)?.reject(new DatasetError(report.message));
        this.tasks.delete(report.id);
        break;
      case 'damaged':
        this.tellDamage();
        break;
    }
  }

  private tellDamage(): void {
    const { cache, root } = this.data.source;
    if (this.isDamageTold || !cache) return;
    this.isDamageTold = true;
    discardCache(cache.file);
    (this.options.onWarning ?? process.emitWarning)(
      `the cache ${cache.file} of ${root} is damaged: its images are decoded again where needed, and it is made anew at the next start`,
    );
  }

  private fail(error: unknown): void {
    if (this.failure) return;
    this.failure = { error };
    for (const { reject } of this.tasks.values()) reject(error);
    this.tasks.clear();
  }
}
