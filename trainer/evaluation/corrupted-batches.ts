import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DatasetError } from '../../common/errors/dataset-error';
import type { CorruptionName, Severity, Strength } from '../../common/experiment/corruption-names';
import { imageSeed } from '../data/corruptions/image-seed';
import type { ImageSet } from '../data/dataset';
import type { ImageSource } from '../data/image-source';
import type { ChannelNormalization } from '../data/loading/augment';
import { buildFolder } from '../runtime/build-folder';

/** How corrupted copies are made. */
export interface CorruptionSettings {
  strength: Strength;
  /** With corruption, severity and an image's path it decides everything drawn, as in `mixprop corrupt` of the data set's folder. */
  seed: number;
  /** Folder of the original's frost textures; null: the built-in ones. */
  frostFolder: string | null;
}

/** Images to be corrupted by one corruption of one severity. */
export interface CorruptedRequest {
  /** [B], data-set indices. */
  indices: Int32Array;
  name: CorruptionName;
  severity: Severity;
}

export interface CorruptedBatch<Request extends CorruptedRequest> {
  request: Request;
  /** [B, S, S, 3], normalised. Valid until the next batch is asked for. */
  pixels: Float32Array;
}

export interface CorruptedBatchOptions {
  normalization: ChannelNormalization;
  /** Threads; null: one a core, at most eight. */
  workers?: number | null;
  signal?: AbortSignal;
}

/** What a worker is started with. */
export interface CorruptedBatchWorkerData {
  /** [N, S, S, 3] in shared memory, or where images are read. */
  images: Uint8Array | ImageSource;
  imageSize: number;
  normalization: ChannelNormalization;
  strength: Strength;
  frostFolder: string | null;
  /** [N], in shared memory. */
  seeds: Uint32Array;
}

/** Message to all workers: a batch that they share. */
export interface CorruptedBatchTask extends CorruptedRequest {
  id: number;
  /** Receives the batch. */
  pixels: SharedArrayBuffer;
  /** Two 32-bit words: index of the next image to make, and number of images done. */
  control: SharedArrayBuffer;
}

/** Message from a worker: all images of the batch are there, or one of them cannot be read. */
export type CorruptedBatchReport = { id: number; problem?: string };

/** Number of batches made ahead of the current one: while the network blocks this thread, the workers make the next ones. */
const batchesAhead = 3;
const maxWorkers = 8;

/**
 * Corrupts images in worker threads and gives a batch for each request, in order, a few batches ahead of the reader and no more. Pixels do
 * not depend on the number of workers.
 *
 * @param images all of one size
 * @throws DatasetError when a file is broken; an Error when a worker dies; the signal's reason when it is aborted
 */
export async function* corruptedBatches<Request extends CorruptedRequest>(
  images: ImageSet,
  requests: Iterable<Request>,
  settings: CorruptionSettings,
  options: CorruptedBatchOptions,
): AsyncGenerator<CorruptedBatch<Request>, void, undefined> {
  const remaining = requests[Symbol.iterator]();
  let next = remaining.next();
  if (next.done) return;
  const pool = await CorruptionPool.start(images, settings, options);
  const running: { request: Request; batch: Promise<Float32Array> }[] = [];
  try {
    for (;;) {
      while (!next.done && running.length <= batchesAhead) {
        const batch = pool.make(next.value);
        // It is awaited in its turn; until then a failure must not end the process.
        batch.catch(() => {});
        running.push({ request: next.value, batch });
        next = remaining.next();
      }
      const first = running.shift();
      if (!first) return;
      const pixels = await first.batch;
      yield { request: first.request, pixels };
      pool.release(pixels);
    }
  } finally {
    await pool.end();
  }
}

interface OpenTask {
  pixels: SharedArrayBuffer;
  length: number;
  resolve: (pixels: Float32Array) => void;
  reject: (error: unknown) => void;
}

/** Threads that corrupt, all on the oldest batch first. */
class CorruptionPool {
  private readonly tasks = new Map<number, OpenTask>();
  private readonly free: SharedArrayBuffer[] = [];
  private nextId = 0;
  private failure: { error: unknown } | undefined;
  private readonly onAbort = () => this.fail(this.signal?.reason);

  private constructor(
    private readonly workers: readonly Worker[],
    private readonly imageLength: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    for (const worker of workers) {
      worker.on('message', (report: CorruptedBatchReport) => this.receive(report));
      worker.on('error', (error) => this.fail(new Error(`a worker that corrupts images failed: ${error.message}`)));
      worker.on('exit', (code) => this.fail(new Error(`a worker that corrupts images ended with status ${code}`)));
    }
    signal?.addEventListener('abort', this.onAbort);
  }

  static async start(
    images: ImageSet,
    { strength, seed, frostFolder }: CorruptionSettings,
    { normalization, workers, signal }: CorruptedBatchOptions,
  ): Promise<CorruptionPool> {
    // sharp asks to be loaded by the main thread before worker threads load it.
    await import('sharp');
    signal?.throwIfAborted();
    const { count, imageSize } = images;
    const seeds = new Uint32Array(new SharedArrayBuffer(4 * count));
    for (let i = 0; i < count; i++) seeds[i] = imageSeed(seed, images.path(i));
    const data: CorruptedBatchWorkerData = {
      images: sharedImages(images),
      imageSize,
      normalization,
      strength,
      frostFolder,
      seeds,
    };
    const file = join(buildFolder(), 'corrupted-batch-worker.js');
    const threads = workers ?? Math.min(availableParallelism(), maxWorkers);
    return new CorruptionPool(
      Array.from({ length: threads }, () => new Worker(file, { workerData: data })),
      imageSize * imageSize * 3,
      signal,
    );
  }

  make({ indices, name, severity }: CorruptedRequest): Promise<Float32Array> {
    if (this.failure) return Promise.reject(this.failure.error);
    const length = indices.length * this.imageLength;
    const used = this.free.findIndex(({ byteLength }) => byteLength >= 4 * length);
    const pixels = used === -1 ? new SharedArrayBuffer(4 * length) : this.free.splice(used, 1)[0];
    const id = this.nextId++;
    const task: CorruptedBatchTask = { id, indices, name, severity, pixels, control: new SharedArrayBuffer(8) };
    return new Promise((resolve, reject) => {
      this.tasks.set(id, { pixels, length, resolve, reject });
      for (const worker of this.workers) worker.postMessage(task);
    });
  }

  /** Takes the memory of a batch back. */
  release(pixels: Float32Array): void {
    this.free.push(pixels.buffer as unknown as SharedArrayBuffer);
  }

  async end(): Promise<void> {
    this.signal?.removeEventListener('abort', this.onAbort);
    this.fail(new Error('the workers that corrupt images have ended'));
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private receive({ id, problem }: CorruptedBatchReport): void {
    const task = this.tasks.get(id);
    this.tasks.delete(id);
    if (problem === undefined) task?.resolve(new Float32Array(task.pixels, 0, task.length));
    else task?.reject(new DatasetError(problem));
  }

  private fail(error: unknown): void {
    if (this.failure) return;
    this.failure = { error };
    for (const { reject } of this.tasks.values()) reject(error);
    this.tasks.clear();
  }
}

/** Images as threads can share them: those in memory of this thread alone are copied. */
function sharedImages({ pixels, source }: ImageSet): Uint8Array | ImageSource {
  if (pixels) {
    if ((pixels.buffer as ArrayBufferLike) instanceof SharedArrayBuffer) return pixels;
    const shared = new Uint8Array(new SharedArrayBuffer(pixels.length));
    shared.set(pixels);
    return shared;
  }
  if (source) return source;
  throw new Error('an image set has neither pixels nor a source');
}
