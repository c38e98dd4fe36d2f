import type { CorruptionName, Severity, Strength } from '../../common/experiment/corruption-names';
import { imageSeed } from '../data/corruptions/image-seed';
import type { ImageSet } from '../data/dataset';
import type { ImageSource } from '../data/image-source';
import type { ChannelNormalization } from '../data/loading/augment';
import { BatchPool, type BatchRequest, type LoadedBatch, prefetch } from '../data/workers/batch-pool';

/** How corrupted copies are made. */
export interface CorruptionSettings {
  strength: Strength;
  /** With corruption, severity and an image's path it decides everything drawn, as in `mixprop corrupt` of the data set's folder. */
  seed: number;
  /** Folder of the original's frost textures; null: the built-in ones. */
  frostFolder: string | null;
}

/** Images to be corrupted by one corruption of one severity. */
export interface CorruptedRequest extends BatchRequest {
  name: CorruptionName;
  severity: Severity;
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

/** Number of batches made ahead of the current one: while the network blocks this thread, the workers make the next ones. */
const batchesAhead = 3;

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
  { strength, seed, frostFolder }: CorruptionSettings,
  { normalization, workers, signal }: CorruptedBatchOptions,
): AsyncGenerator<LoadedBatch<Request>, void, undefined> {
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
  const pool = await BatchPool.start<Request>({
    entry: 'corrupted-batch-worker',
    work: 'corrupts images',
    count: workers,
    data,
    signal,
    imageSize,
  });
  try {
    yield* prefetch(pool, requests, batchesAhead);
  } finally {
    await pool.end();
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
