import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A file with decoded pixels, so that images are decoded once. Layout, 96 bytes and then the pixels: magic (16 bytes),
 * fingerprint of what the pixels were made from (32), length of the pixels (8, little endian), SHA-256 of the pixels (32), the
 * first 8 bytes of the SHA-256 of all before. A file that doesn't fit in any way counts as absent.
 */

const magic = Buffer.from('mixprop-pixels-1', 'latin1');
const headerBytes = 96;
const chunkBytes = 8 * 1024 * 1024;

export interface CacheOptions {
  /** Called with the bytes done. */
  onProgress: (done: number) => void;
  signal?: AbortSignal;
}

/**
 * @param fingerprint 32 bytes; differs when the sources do
 * @param length expected number of bytes
 * @returns the pixels, or null if the file is absent, stale or damaged
 */
export async function readPackedCache(
  file: string,
  fingerprint: Uint8Array,
  length: number,
  { onProgress, signal }: CacheOptions,
): Promise<Uint8Array | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY);
  } catch {
    return null;
  }
  try {
    const header = Buffer.alloc(headerBytes);
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size !== headerBytes + length) return null;
    await readFully(handle, header, 0);
    const pixelHash = header.subarray(56, 88);
    if (!header.equals(encodeHeader(fingerprint, length, pixelHash))) return null;
    const pixels = new Uint8Array(length);
    const hash = createHash('sha256');
    for (let start = 0; start < length; start += chunkBytes) {
      signal?.throwIfAborted();
      const chunk = pixels.subarray(start, Math.min(length, start + chunkBytes));
      if (!(await readFully(handle, chunk, headerBytes + start))) return null;
      hash.update(chunk);
      onProgress(start + chunk.length);
    }
    return hash.digest().equals(pixelHash) ? pixels : null;
  } catch (error) {
    if (signal?.aborted) throw error;
    return null;
  } finally {
    await handle.close();
  }
}

/**
 * Writes a cache under a temporary name and then moves it into place, so that a reader never sees half a file and of two
 * writers the later one wins.
 *
 * @throws the system's error, for example when the disk is full; nothing is left behind then
 */
export async function writePackedCache(file: string, fingerprint: Uint8Array, pixels: Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  try {
    const handle = await open(temporary, 'wx');
    try {
      const pixelHash = createHash('sha256').update(pixels).digest();
      await handle.writeFile(encodeHeader(fingerprint, pixels.length, pixelHash));
      for (let start = 0; start < pixels.length; start += chunkBytes)
        await handle.writeFile(pixels.subarray(start, start + chunkBytes));
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function encodeHeader(fingerprint: Uint8Array, length: number, pixelHash: Uint8Array): Buffer {
  const header = Buffer.alloc(headerBytes);
  magic.copy(header, 0);
  header.set(fingerprint, 16);
  header.writeBigUInt64LE(BigInt(length), 48);
  header.set(pixelHash, 56);
  header.set(createHash('sha256').update(header.subarray(0, 88)).digest().subarray(0, 8), 88);
  return header;
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
