import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolders } from '../../../common/files/make-folders';

/**
 * A file with decoded images, so that they are decoded once. Layout: a header of 96 bytes, an index of 16 bytes an image, the
 * pixels of one image after the other. Header: magic (16 bytes), fingerprint of what the images were made from (32), number of
 * bytes of pixels (8, little endian; 0 where only the sizes are kept), SHA-256 of the index (32), the first 8 bytes of the
 * SHA-256 of all before. Index entry: width and height (4 each, little endian), the first 8 bytes of the SHA-256 of the pixels.
 * A file that doesn't fit in any way counts as absent.
 */

/** Its number grows when the layout changes, or files are decoded into other pixels. */
const magic = Buffer.from('mixprop-pixels-3', 'latin1');
const headerBytes = 96;
const entryBytes = 16;
/** Bytes of an image's checksum. */
export const checksumBytes = 8;
const chunkBytes = 8 * 1024 * 1024;

/** What a cache knows of its N images. */
export interface PackedIndex {
  /** [N, 2], width and height in pixels. */
  sizes: Uint32Array;
  /** [N, 8], checksums of the pixels. */
  checksums: Uint8Array;
  /** Whether the pixels are there too. */
  hasPixels: boolean;
}

/** [N + 1], where each stored image begins, in bytes; the last one is where all end. */
export function imageOffsets(sizes: Uint32Array): Float64Array {
  const offsets = new Float64Array(new SharedArrayBuffer(8 * (sizes.length / 2 + 1)));
  for (let i = 0; i < sizes.length / 2; i++) offsets[i + 1] = offsets[i] + sizes[2 * i] * sizes[2 * i + 1] * 3;
  return offsets;
}

/** Place of the first pixel in a cache of `count` images. */
export function pixelStart(count: number): number {
  return headerBytes + count * entryBytes;
}

/** The first bytes of the SHA-256 of an image. */
export function checksumOf(pixels: Uint8Array): Uint8Array {
  return createHash('sha256').update(pixels).digest().subarray(0, checksumBytes);
}

/**
 * @param fingerprint 32 bytes; differs when the sources do
 * @param count expected number of images
 * @returns the index, or null if the file is absent, stale or damaged before its pixels
 */
export async function readPackedIndex(
  file: string,
  fingerprint: Uint8Array,
  count: number,
): Promise<PackedIndex | null> {
  const handle = await openQuietly(file);
  if (!handle) return null;
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size < pixelStart(count)) return null;
    const bytes = Buffer.alloc(pixelStart(count));
    await readFully(handle, bytes, 0);
    const entries = bytes.subarray(headerBytes);
    const pixelBytes = Number(bytes.readBigUInt64LE(48));
    if (!bytes.subarray(0, headerBytes).equals(encodeHeader(fingerprint, pixelBytes, entries))) return null;
    const index = decodeEntries(entries, count, pixelBytes > 0);
    const expected = index.hasPixels ? imageOffsets(index.sizes)[count] : 0;
    return pixelBytes === expected && stats.size === pixelStart(count) + pixelBytes ? index : null;
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

export interface CacheOptions {
  /** Called with the bytes done. */
  onProgress: (done: number) => void;
  signal?: AbortSignal;
}

/**
 * Reads all images of a cache whose index has been read.
 *
 * @param into takes the pixels of one image after the other
 * @returns false if the file is gone or an image is damaged
 */
export async function readPackedPixels(
  file: string,
  { sizes, checksums }: PackedIndex,
  into: Uint8Array,
  { onProgress, signal }: CacheOptions,
): Promise<boolean> {
  const handle = await openQuietly(file);
  if (!handle) return false;
  try {
    const count = sizes.length / 2;
    const offsets = imageOffsets(sizes);
    let checked = 0;
    for (let start = 0; start < into.length; start += chunkBytes) {
      signal?.throwIfAborted();
      const end = Math.min(into.length, start + chunkBytes);
      if (!(await readFully(handle, into.subarray(start, end), pixelStart(count) + start))) return false;
      for (; checked < count && offsets[checked + 1] <= end; checked++) {
        const checksum = checksums.subarray(checked * checksumBytes, (checked + 1) * checksumBytes);
        if (Buffer.compare(checksumOf(into.subarray(offsets[checked], offsets[checked + 1])), checksum) !== 0)
          return false;
      }
      onProgress(end);
    }
    return true;
  } catch (error) {
    if (signal?.aborted) throw error;
    return false;
  } finally {
    await handle.close();
  }
}

/**
 * Writes a cache under a temporary name and then moves it into place, so that a reader never sees half a file and of two
 * writers the later one wins. Whoever has the file's descriptor writes pixels, from `pixelStart` on.
 */
export class PackedCacheWriter {
  private constructor(
    private readonly file: string,
    private readonly temporary: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws the system's error, as `finish` does; nothing is left behind then */
  static async open(file: string): Promise<PackedCacheWriter> {
    const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
    makeFolders(dirname(file));
    return new PackedCacheWriter(file, temporary, await open(temporary, 'wx'));
  }

  /** Valid in all threads of the process until the cache is finished or abandoned. */
  get descriptor(): number {
    return this.handle.fd;
  }

  /** Writes what stands before the pixels. */
  async finish(fingerprint: Uint8Array, index: PackedIndex): Promise<void> {
    const { sizes, hasPixels } = index;
    const entries = encodeEntries(index);
    const pixelBytes = hasPixels ? imageOffsets(sizes)[sizes.length / 2] : 0;
    try {
      try {
        const front = Buffer.concat([encodeHeader(fingerprint, pixelBytes, entries), entries]);
        for (let done = 0; done < front.length; )
          done += (await this.handle.write(front, done, front.length - done, done)).bytesWritten;
      } finally {
        await this.handle.close();
      }
      await rename(this.temporary, this.file);
    } catch (error) {
      await rm(this.temporary, { force: true });
      throw error;
    }
  }

  async abandon(): Promise<void> {
    await this.handle.close();
    await rm(this.temporary, { force: true });
  }
}

function encodeHeader(fingerprint: Uint8Array, pixelBytes: number, entries: Uint8Array): Buffer {
  const header = Buffer.alloc(headerBytes);
  magic.copy(header, 0);
  header.set(fingerprint, 16);
  header.writeBigUInt64LE(BigInt(pixelBytes), 48);
  header.set(createHash('sha256').update(entries).digest(), 56);
  header.set(createHash('sha256').update(header.subarray(0, 88)).digest().subarray(0, 8), 88);
  return header;
}

function encodeEntries({ sizes, checksums }: PackedIndex): Buffer {
  const count = sizes.length / 2;
  const entries = Buffer.alloc(count * entryBytes);
  for (let i = 0; i < count; i++) {
    entries.writeUInt32LE(sizes[2 * i], i * entryBytes);
    entries.writeUInt32LE(sizes[2 * i + 1], i * entryBytes + 4);
    entries.set(checksums.subarray(i * checksumBytes, (i + 1) * checksumBytes), i * entryBytes + 8);
  }
  return entries;
}

function decodeEntries(entries: Buffer, count: number, hasPixels: boolean): PackedIndex {
  const sizes = new Uint32Array(new SharedArrayBuffer(8 * count));
  const checksums = new Uint8Array(new SharedArrayBuffer(checksumBytes * count));
  for (let i = 0; i < count; i++) {
    sizes[2 * i] = entries.readUInt32LE(i * entryBytes);
    sizes[2 * i + 1] = entries.readUInt32LE(i * entryBytes + 4);
    checksums.set(entries.subarray(i * entryBytes + 8, (i + 1) * entryBytes), i * checksumBytes);
  }
  return { sizes, checksums, hasPixels };
}

async function openQuietly(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, constants.O_RDONLY);
  } catch {
    return undefined;
  }
}

/** Fills `into` from the file; false if the file ends before. */
async function readFully(handle: FileHandle, into: Uint8Array, position: number): Promise<boolean> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await handle.read(into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}
