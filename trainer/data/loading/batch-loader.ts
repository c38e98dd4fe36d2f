import type { ImageSet } from '../dataset';
import type { ImageSource } from '../image-source';
import { discardCache } from '../images/cache-folder';
import { BatchPool, type BatchRequest, type LoadedBatch, prefetch } from '../workers/batch-pool';
import { assembleBatch, type ChannelNormalization, type CropDraws } from './augment';

/** Which images make a batch, and how they are cropped. */
export interface LoaderRequest extends BatchRequest {
  /** null: images as they are. */
  readonly crops: CropDraws | null;
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
export const batchesAhead = 2;

/**
 * Gives a batch for each request, in order. Images that lie in memory in their size in a batch are copied when the batch is asked
 * for; others are read, decoded and cropped in worker threads, which work ahead of the reader by two batches at most. Pixels do
 * not depend on the number of workers. Whoever leaves before the end calls `return`, as `for await` does: it ends the workers.
 *
 * @throws DatasetError when a file is broken; an Error when a worker dies; the signal's reason when it is aborted
 */
export async function* loadBatches<Request extends LoaderRequest>(
  images: ImageSet,
  requests: Iterable<Request>,
  normalization: ChannelNormalization,
  options: LoaderOptions = {},
): AsyncGenerator<LoadedBatch<Request>, void, undefined> {
  const { pixels: stored, source, imageSize } = images;
  if (!stored) {
    if (!source) throw new Error('an image set has neither pixels nor a source');
    const pool = await startReaders<Request>(source, imageSize, normalization, options);
    try {
      yield* prefetch(pool, requests, batchesAhead);
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

/** What a batch worker is started with. */
export interface BatchWorkerData {
  source: ImageSource;
  imageSize: number;
  normalization: ChannelNormalization;
}

/** Starts the threads that read batches. @throws the signal's reason when aborted */
export function startReaders<Request extends LoaderRequest>(
  source: ImageSource,
  imageSize: number,
  normalization: ChannelNormalization,
  { workers, onWarning = process.emitWarning, signal }: LoaderOptions,
): Promise<BatchPool<Request>> {
  const { cache, root } = source;
  let isDamageTold = false;
  const data: BatchWorkerData = { source, imageSize, normalization };
  return BatchPool.start({
    entry: 'batch-worker',
    work: 'reads images',
    remedy: 'resume the run, or lower loading.workers',
    count: workers,
    data,
    signal,
    imageSize,
    onDamage() {
      if (isDamageTold || !cache) return;
      isDamageTold = true;
      discardCache(cache.file);
      onWarning(
        `the cache ${cache.file} of ${root} is damaged: its images are decoded again where needed, and it is made anew at the next start`,
      );
    },
  });
}
