import { constants } from 'node:buffer';
import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { DatasetError } from '../../../common/errors/dataset-error';
import { reasonOf } from '../../../common/errors/system-error';
import type { ImageSet, OpenOptions } from '../dataset';
import type { FitFor, ImageSource } from '../image-source';
import { makeRoomForCache, touchCache } from '../images/cache-folder';
import { type DecodedFile, decodeFiles } from '../images/decode-pool';
import {
  checksumBytes,
  imageOffsets,
  PackedCacheWriter,
  type PackedIndex,
  readPackedIndex,
  readPackedPixels,
} from '../images/packed-cache';

/** Files whose images are to be stored. */
export interface FilesToStore {
  /** Absolute path of the data set's folder, and paths of the files relative to it. */
  root: string;
  files: readonly string[];
  use: FitFor;
  /** What each is brought to; null: each keeps its size. */
  fit: ImageSource['fit'];
  /** Names the command that lists all broken files. */
  listAll: string;
}

/** What is left of the memory for images, in bytes. */
export interface MemoryBudget {
  bytes: number;
}

const defaultCacheBytes = 64 * 2 ** 30;

/** The memory for images: the setting, or half of what the machine, or the container, has. */
export function memoryBudget(loading: OpenOptions['loading']): MemoryBudget {
  if (loading && loading.memoryMiB !== null) return { bytes: loading.memoryMiB * 2 ** 20 };
  // Node 20.0 lacks it; without a limit it is 0 or a number beyond all memory.
  const constrained = process.constrainedMemory?.() ?? 0;
  return { bytes: Math.min(totalmem(), constrained > 0 ? constrained : Number.POSITIVE_INFINITY) / 2 };
}

/**
 * Decodes files where no cache has them, and finds the images a place: memory while the budget lasts, else (images brought to
 * size) a packed cache on disk, else none: then files are decoded as they are needed. Whatever the place, images are the same to the bit. Every file has
 * been decoded once, so that none that is broken is met later.
 *
 * @throws DatasetError naming the first broken file; the signal's reason when aborted
 */
export async function storeImages(
  toStore: FilesToStore,
  budget: MemoryBudget,
  options: OpenOptions,
): Promise<Pick<ImageSet, 'pixels' | 'source'>> {
  return new Storing(toStore, budget, options).run();
}

class Storing {
  private cacheFile = '';
  private fingerprint: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly toStore: FilesToStore,
    private readonly budget: MemoryBudget,
    private readonly options: OpenOptions,
  ) {}

  async run(): Promise<Pick<ImageSet, 'pixels' | 'source'>> {
    const { root, files, use, fit } = this.toStore;
    this.fingerprint = await this.fingerprintFiles();
    const key = JSON.stringify([realpathSync(root), use, fit ? fit.imageSize : 'own size', files.length]);
    const name = createHash('sha256').update(key).digest('hex').slice(0, 24);
    this.cacheFile = join(this.options.cacheFolder, `${name}.pixels`);
    const cached = await readPackedIndex(this.cacheFile, this.fingerprint, files.length);
    if (cached) touchCache(this.cacheFile);
    const sizes = cached?.sizes ?? (fit ? equalSizes(files.length, fit.imageSize) : await this.measure());
    const bytes = imageOffsets(sizes)[files.length];
    const source: ImageSource = { root, files, fit, sizes };
    if (bytes <= Math.min(this.budget.bytes, constants.MAX_LENGTH)) {
      this.budget.bytes -= bytes;
      const pixels = await this.inMemory(sizes, bytes, cached);
      return fit ? { pixels } : { source: { ...source, pixels } };
    }
    // In its own size a photo takes five times as much as its file, to save the third of its decoding: not worth the disk.
    if (!fit) return { source };
    const onDisk = cached?.hasPixels ? cached : await this.onDisk(sizes, bytes, cached !== null);
    if (!onDisk) return { source };
    return { source: { ...source, cache: { file: this.cacheFile, checksums: onDisk.checksums } } };
  }

  /** All images, from the cache or from their files. */
  private async inMemory(sizes: Uint32Array, bytes: number, cached: PackedIndex | null): Promise<Uint8Array> {
    const { files, use, fit } = this.toStore;
    const { onProgress, signal } = this.options;
    const pixels = new Uint8Array(new SharedArrayBuffer(bytes));
    if (cached?.hasPixels) {
      const onBytes = (done: number) =>
        onProgress?.(`reading cached ${use} images`, Math.floor((done / bytes) * files.length), files.length);
      if (await readPackedPixels(this.cacheFile, cached, pixels, { onProgress: onBytes, signal })) return pixels;
    }
    await this.decodeAll(bytes, { fit, sizes, pixels });
    return pixels;
  }

  /** All images into a new cache; undefined where there can be none. */
  private async onDisk(sizes: Uint32Array, bytes: number, isChecked: boolean): Promise<PackedIndex | undefined> {
    const { fit, files, use } = this.toStore;
    const index = await this.decodeAll(bytes, { fit, sizes }, { skipIfNotCached: isChecked });
    if (!index) {
      const what = `${files.length} ${use} images`;
      this.warn(
        `${what} fit neither into the memory for images nor into the cache: they are decoded again whenever they are needed`,
      );
      if (!isChecked) await this.writeIndex({ sizes, checksums: noChecksums(files.length), hasPixels: false });
    }
    return index;
  }

  /** The sizes of the images, which have been decoded once for that, and are kept. */
  private async measure(): Promise<Uint32Array> {
    const { files } = this.toStore;
    const results = await this.decode(null, 'checking');
    const sizes = new Uint32Array(new SharedArrayBuffer(8 * files.length));
    for (const [i, { width, height }] of results.entries()) sizes.set([width, height], 2 * i);
    await this.writeIndex({ sizes, checksums: noChecksums(files.length), hasPixels: false });
    return sizes;
  }

  /**
   * Decodes all files into memory or not, and into a new cache if there is room.
   * @returns the index of the cache, if it was made
   */
  private async decodeAll(
    bytes: number,
    target: { fit: ImageSource['fit']; sizes: Uint32Array; pixels?: Uint8Array },
    { skipIfNotCached = false } = {},
  ): Promise<PackedIndex | undefined> {
    const { sizes } = target;
    const writer = await this.openCache(bytes);
    if (!writer && skipIfNotCached) return undefined;
    const checksums = noChecksums(this.toStore.files.length);
    let problem: string | undefined;
    try {
      const descriptor = writer?.descriptor;
      await this.decode({ ...target, checksums, descriptor }, 'decoding', (message) => {
        problem = message;
        this.warnNotCached(message);
      });
    } catch (error) {
      await writer?.abandon();
      throw error;
    }
    if (!writer) return undefined;
    if (problem !== undefined) {
      await writer.abandon();
      return undefined;
    }
    const index = { sizes, checksums, hasPixels: true };
    return (await this.finish(writer, index)) ? index : undefined;
  }

  private async decode(
    target: Parameters<typeof decodeFiles>[1]['target'],
    phase: string,
    onCacheProblem?: (problem: string) => void,
  ): Promise<Extract<DecodedFile, { width: number }>[]> {
    const { root, files, use, listAll } = this.toStore;
    const { onProgress, signal } = this.options;
    const results = await decodeFiles(
      files.map((file) => join(root, file)),
      {
        target,
        stopAtError: true,
        onProgress: (done) => onProgress?.(`${phase} ${use} images`, done, files.length),
        onCacheProblem,
        signal,
      },
    );
    return results.map((result, i) => {
      if ('error' in result)
        throw new DatasetError(
          `${join(root, files[i])} ${result.error}; replace or remove it (${listAll} broken files)`,
        );
      return result;
    });
  }

  private async writeIndex(index: PackedIndex): Promise<void> {
    const writer = await this.openCache(0);
    if (writer) await this.finish(writer, index);
  }

  private async openCache(bytes: number): Promise<PackedCacheWriter | undefined> {
    const limit = this.options.loading ? this.options.loading.cacheGiB * 2 ** 30 : defaultCacheBytes;
    try {
      const problem = await makeRoomForCache(this.cacheFile, bytes, limit);
      if (problem === undefined) return await PackedCacheWriter.open(this.cacheFile);
      this.warnNotCached(problem);
    } catch (error) {
      this.warnNotCached(reasonOf(error));
    }
    return undefined;
  }

  private async finish(writer: PackedCacheWriter, index: PackedIndex): Promise<boolean> {
    try {
      await writer.finish(this.fingerprint, index);
      return true;
    } catch (error) {
      this.warnNotCached(reasonOf(error));
      return false;
    }
  }

  private warnNotCached(why: string): void {
    const { cacheFolder } = this.options;
    this.warn(
      `the decoded images of ${this.toStore.root} could not be cached in ${cacheFolder}: ${why}. Make room there, raise loading.cacheGiB, or name another folder in MIXPROP_CACHE`,
    );
  }

  private warn(message: string): void {
    (this.options.onWarning ?? process.emitWarning)(message);
  }

  /** SHA-256 over names, sizes and modification times. Synchronous calls are the fastest by far; pauses let messages through. */
  private async fingerprintFiles(): Promise<Buffer> {
    const { root, files } = this.toStore;
    const { onProgress, signal } = this.options;
    const hash = createHash('sha256');
    for (let start = 0; start < files.length; start += filesPerSlice) {
      signal?.throwIfAborted();
      let lines = '';
      for (const file of files.slice(start, start + filesPerSlice)) {
        const stats = statSync(`${root}/${file}`, { throwIfNoEntry: false });
        if (!stats)
          throw new DatasetError(`${join(root, file)} is missing or a broken link: restore it or remove its name`);
        lines += `${file}\n${stats.size} ${stats.mtimeMs}\n`;
      }
      hash.update(lines);
      onProgress?.('checking files', Math.min(files.length, start + filesPerSlice), files.length);
      await new Promise(setImmediate);
    }
    return hash.digest();
  }
}

const filesPerSlice = 2000;

const noChecksums = (count: number) => new Uint8Array(new SharedArrayBuffer(checksumBytes * count));

function equalSizes(count: number, imageSize: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(8 * count)).fill(imageSize);
}
