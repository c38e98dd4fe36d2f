import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise } from 'yauzl';
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
  /** Bytes written so far, and in total. */
  onProgress?(done: number, total: number): void;
}

/**
 * Unpacks the files of a Python wheel for which `isWanted` holds, each checked against its sha256 checksum in the wheel's RECORD.
 * @throws RuntimeError when the wheel is damaged
 * @throws AbortError
 */
export async function unpackWheel(
  wheel: string,
  folder: string,
  isWanted: (path: string) => boolean,
  { signal, onProgress }: UnpackOptions = {},
): Promise<UnpackedFile[]> {
  return openWheel(wheel, signal, async ({ entries, read, text }) => {
    const checksums = parseRecord(await text('RECORD'));
    const isFile = (path: string) => !path.endsWith('/') && !/^[^/]+\.dist-info\/RECORD$/.test(path);
    const wanted = entries.filter(({ fileName }) => isFile(fileName) && isWanted(fileName));
    const total = wanted.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
    let done = 0;
    const files: UnpackedFile[] = [];
    for (const entry of wanted) {
      const { fileName, uncompressedSize, externalFileAttributes } = entry;
      const file = join(folder, fileName);
      makeFolders(dirname(file));
      const hash = createHash('sha256');
      const watched = new Transform({
        transform(chunk: Buffer, _encoding, callback) {
          hash.update(chunk);
          done += chunk.length;
          onProgress?.(done, total);
          callback(null, chunk);
        },
      });
      const isProgram = ((externalFileAttributes >>> 16) & 0o111) !== 0;
      const target = createWriteStream(file, { mode: isProgram ? 0o755 : 0o644 });
      await pipeline(await read(entry), watched, target, { signal });
      const digest = hash.digest();
      if (checksums.get(fileName) !== digest.toString('base64url'))
        throw damaged(wheel, `${fileName} differs from its checksum in RECORD`);
      files.push({ path: fileName, size: uncompressedSize, sha256: digest.toString('hex') });
    }
    return files;
  });
}

/**
 * A wheel's METADATA: what it is and what it requires.
 * @throws RuntimeError when the wheel is damaged
 */
export const readMetadata = (wheel: string): Promise<string> =>
  openWheel(wheel, undefined, ({ text }) => text('METADATA'));

interface OpenWheel {
  entries: Entry[];
  read(entry: Entry): Promise<Readable>;
  /** The text of a file in the wheel's folder of metadata. */
  text(name: string): Promise<string>;
}

async function openWheel<T>(
  wheel: string,
  signal: AbortSignal | undefined,
  use: (opened: OpenWheel) => Promise<T>,
): Promise<T> {
  try {
    // yauzl refuses names that lead out of the folder.
    const zip = await openPromise(wheel, { autoClose: false, lazyEntries: true, strictFileNames: true });
    try {
      const entries: Entry[] = [];
      for await (const entry of zip.eachEntry()) entries.push(entry);
      const read = (entry: Entry) => zip.openReadStreamPromise(entry);
      const text = async (name: string) => {
        const entry = entries.find(({ fileName }) => /^[^/]+\.dist-info\/(.*)$/.exec(fileName)?.[1] === name);
        if (!entry) throw damaged(wheel, `it has no ${name}`);
        return textOf(await read(entry));
      };
      return await use({ entries, read, text });
    } finally {
      zip.close();
    }
  } catch (error) {
    signal?.throwIfAborted();
    // System errors, such as a full disk, explain themselves.
    if (error instanceof RuntimeError || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw damaged(wheel, reasonOf(error));
  }
}

/** Lines "path,sha256=<base64url>,size"; a path with a comma is quoted. */
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
