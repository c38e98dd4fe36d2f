import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { reasonOf } from '../../common/errors/system-error';
import { makeFolders } from '../../common/files/make-folders';
import { RuntimeError } from './installed-runtime';

/** A file that was unpacked, its path relative to the folder, with forward slashes. */
export interface UnpackedFile {
  path: string;
  size: number;
  sha256: string;
}

export interface UnpackOptions {
  signal?: AbortSignal;
  /** Bytes written so far, and in all. */
  onProgress?(done: number, total: number): void;
}

/**
 * Unpacks those files of a Python wheel that `isWanted` takes, each checked against its CRC and against the sha256 checksum
 * in the wheel's RECORD.
 * @throws RuntimeError when the wheel is damaged
 * @throws AbortError
 */
export async function unpackWheel(
  wheel: string,
  folder: string,
  isWanted: (path: string) => boolean,
  options: UnpackOptions = {},
): Promise<UnpackedFile[]> {
  let zip: ZipFile;
  try {
    // Names that lead out of the folder are refused by yauzl.
    zip = await openPromise(wheel, { autoClose: false, lazyEntries: true, strictFileNames: true });
  } catch (error) {
    throw damaged(wheel, reasonOf(error));
  }
  try {
    const entries: Entry[] = [];
    let record: Entry | undefined;
    for await (const entry of zip.eachEntry()) {
      if (/^[^/]+\.dist-info\/RECORD$/.test(entry.fileName)) record = entry;
      else if (!entry.fileName.endsWith('/') && isWanted(entry.fileName)) entries.push(entry);
    }
    if (record === undefined) throw damaged(wheel, 'it has no RECORD');
    const checksums = parseRecord((await buffer(await checkedStream(zip, record, wheel))).toString('utf8'));
    const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
    let done = 0;
    const files: UnpackedFile[] = [];
    for (const entry of entries) {
      const file = join(folder, entry.fileName);
      makeFolders(dirname(file));
      const hash = createHash('sha256');
      const watched = new Transform({
        transform(chunk: Buffer, _encoding, callback) {
          hash.update(chunk);
          done += chunk.length;
          options.onProgress?.(done, total);
          callback(null, chunk);
        },
      });
      const isProgram = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0;
      const target = createWriteStream(file, { mode: isProgram ? 0o755 : 0o644 });
      await pipeline(await checkedStream(zip, entry, wheel), watched, target, { signal: options.signal });
      const digest = hash.digest();
      if (checksums.get(entry.fileName) !== digest.toString('base64url'))
        throw damaged(wheel, `${entry.fileName} differs from its checksum in RECORD`);
      files.push({ path: entry.fileName, size: entry.uncompressedSize, sha256: digest.toString('hex') });
    }
    return files;
  } catch (error) {
    options.signal?.throwIfAborted();
    // System errors, such as a full disk, say themselves what they are.
    if (error instanceof RuntimeError || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw damaged(wheel, reasonOf(error));
  } finally {
    zip.close();
  }
}

/**
 * A wheel's METADATA: what it is and what it requires.
 * @throws RuntimeError when the wheel is damaged
 */
export async function readMetadata(wheel: string): Promise<string> {
  try {
    const zip = await openPromise(wheel, { autoClose: false, lazyEntries: true, strictFileNames: true });
    try {
      for await (const entry of zip.eachEntry()) {
        if (/^[^/]+\.dist-info\/METADATA$/.test(entry.fileName))
          return (await buffer(await checkedStream(zip, entry, wheel))).toString('utf8');
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    throw error instanceof RuntimeError ? error : damaged(wheel, reasonOf(error));
  }
  throw damaged(wheel, 'it has no METADATA');
}

/** Absent before Node 20.15, where RECORD's checksums must do. */
const crc32: typeof zlib.crc32 | undefined = zlib.crc32;

/** An entry's content, which fails at its end when the CRC differs. yauzl itself checks sizes only. */
async function checkedStream(zip: ZipFile, entry: Entry, wheel: string): Promise<Readable> {
  const content = await zip.openReadStreamPromise(entry);
  let crc = 0;
  const check = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      if (crc32) crc = crc32(chunk, crc);
      callback(null, chunk);
    },
    flush(callback) {
      callback(
        crc32 === undefined || crc === entry.crc32 ? null : damaged(wheel, `${entry.fileName} differs from its CRC`),
      );
    },
  });
  content.on('error', (error) => check.destroy(error));
  // Closes the file when whoever reads gives up.
  check.on('close', () => content.destroy());
  return content.pipe(check);
}

/** Lines "path,sha256=<base64url>,size"; a path with a comma stands in quotes. */
function parseRecord(text: string): Map<string, string> {
  const checksums = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*)),sha256=([\w-]+)/.exec(line);
    if (match) checksums.set(match[1]?.replaceAll('""', '"') ?? match[2], match[3]);
  }
  return checksums;
}

function damaged(wheel: string, what: string): RuntimeError {
  return new RuntimeError(`the downloaded ${basename(wheel)} is damaged: ${what}`);
}
