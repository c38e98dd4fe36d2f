import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DatasetError } from '../../../common/errors/dataset-error';

/** One file of an archive. */
export interface ArchiveMember {
  /** Path inside the archive, with slashes, as the archive gives it but for a leading "./". */
  name: string;
  data: Buffer;
}

export interface ArchiveOptions {
  /** Whether a member is wanted, by its path. The others are passed over and take no memory. */
  wants(name: string): boolean;
  /** A wanted member may not be larger. Unit: bytes. */
  maximumMemberBytes: number;
  /** All that the archive unpacks to may not be larger, what is passed over included. Unit: bytes. */
  maximumBytes: number;
  /** Bytes of the archive file read so far, of all. */
  onProgress?(done: number, total: number): void;
  signal?: AbortSignal;
}

const blockBytes = 512;
/** Longest extended header (pax, GNU long name) that is read: they hold a path and times. */
const maximumHeaderBytes = 1 << 20;

/**
 * Reads chosen files of a `.tar` or `.tar.gz` archive one after the other, unpacked into memory: nothing is written to the
 * disk. Whether it is compressed is seen by its first bytes. An archive may hold regular files and folders alone.
 *
 * @throws DatasetError naming the archive and the member: one that is cut off or damaged, has a path out of its folder, a link,
 *   a device or a name twice, or unpacks to more than is allowed; the signal's reason when aborted
 */
export async function* readArchive(file: string, options: ArchiveOptions): AsyncGenerator<ArchiveMember> {
  const { wants, maximumMemberBytes, signal } = options;
  const bytes = new ByteSource(file, options);
  const seen = new Set<string>();
  try {
    let extension: Extension = {};
    for (;;) {
      signal?.throwIfAborted();
      const block = await bytes.take(blockBytes);
      if (block.every((byte) => byte === 0)) break;
      const header = parseHeader(file, block);
      if (header.type === 'x' || header.type === 'L') {
        if (header.size > maximumHeaderBytes)
          throw new DatasetError(
            `${file} has an extended header of ${header.size} bytes: it is damaged or no data set`,
          );
        const content = await bytes.takePadded(header.size);
        extension = header.type === 'L' ? { ...extension, path: textOf(content) } : parsePax(file, content);
        continue;
      }
      if (header.type === 'g') {
        await bytes.skipPadded(header.size);
        continue;
      }
      const name = (extension.path ?? header.name).replace(/^(?:\.\/)+/, '');
      const size = extension.size ?? header.size;
      extension = {};
      checkName(file, name);
      checkType(file, name, header.type);
      const isFolder = header.type === '5' || name.endsWith('/') || name === '' || name === '.';
      if (isFolder || !wants(name)) {
        await bytes.skipPadded(size);
        continue;
      }
      if (seen.has(name)) throw new DatasetError(`${file} has ${name} twice: ${again}`);
      seen.add(name);
      if (size > maximumMemberBytes)
        throw new DatasetError(
          `${file}: ${name} has ${size} bytes, more than the ${maximumMemberBytes} that such a file can have: ${again}`,
        );
      yield { name, data: await bytes.takePadded(size) };
    }
    // To the end, so that a compressed archive's own checksum is looked at.
    await bytes.drain();
  } finally {
    bytes.close();
  }
}

const again = 'it is not the official archive; download that again';

/** Whether a file begins as a gzip archive or a tar archive does. */
export function looksLikeArchive(file: string): boolean {
  const start = firstBytes(file);
  return isGzip(start) || start.subarray(257, 262).toString('latin1') === 'ustar';
}

function firstBytes(file: string): Buffer {
  const buffer = Buffer.alloc(blockBytes);
  const descriptor = openSync(file, 'r');
  try {
    return buffer.subarray(0, readSync(descriptor, buffer, 0, blockBytes, 0));
  } finally {
    closeSync(descriptor);
  }
}

const isGzip = (start: Uint8Array) => start[0] === 0x1f && start[1] === 0x8b;

/** The unpacked bytes of an archive, in portions of any length. */
class ByteSource {
  private readonly chunks: AsyncIterator<Buffer>;
  private readonly release: () => void;
  private readonly report: () => void;
  private rest: Buffer = Buffer.alloc(0);
  private unpacked = 0;

  constructor(
    private readonly file: string,
    private readonly options: ArchiveOptions,
  ) {
    const total = statSync(file).size;
    const source = createReadStream(file, { highWaterMark: 1 << 18, signal: options.signal });
    this.report = () => options.onProgress?.(source.bytesRead, total);
    const stream = isGzip(firstBytes(file))
      ? // The iteration below reports errors.
        pipeline(source, createGunzip({ chunkSize: 1 << 18 }), () => {})
      : source;
    this.chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.release = () => {
      stream.destroy();
      source.destroy();
    };
  }

  close(): void {
    this.release();
  }

  /** The next `length` bytes, of which the caller has checked that they may be so many. */
  async take(length: number): Promise<Buffer> {
    const taken = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const chunk = await this.next();
      if (!chunk) throw this.cutOff();
      const copied = chunk.copy(taken, done);
      this.rest = chunk.subarray(copied);
      done += copied;
    }
    return taken;
  }

  async takePadded(length: number): Promise<Buffer> {
    const content = await this.take(length);
    await this.skip(padding(length));
    return content;
  }

  async skipPadded(length: number): Promise<void> {
    await this.skip(length + padding(length));
  }

  async drain(): Promise<void> {
    while (await this.next()) this.rest = Buffer.alloc(0);
  }

  private async skip(length: number): Promise<void> {
    this.checkLimit(this.unpacked - this.rest.length + length);
    for (let missing = length; missing > 0; ) {
      const chunk = await this.next();
      if (!chunk) throw this.cutOff();
      const passed = Math.min(missing, chunk.length);
      this.rest = chunk.subarray(passed);
      missing -= passed;
    }
  }

  /** What is left of the last chunk, or the next one; undefined at the end. */
  private async next(): Promise<Buffer | undefined> {
    if (this.rest.length > 0) return this.rest;
    const { signal } = this.options;
    try {
      const { value, done } = await this.chunks.next();
      if (done) return undefined;
      this.unpacked += value.length;
      this.rest = value;
      this.report();
    } catch (error) {
      signal?.throwIfAborted();
      const { code, message } = error as NodeJS.ErrnoException;
      if (code?.startsWith('Z_')) throw this.cutOff(message);
      throw new DatasetError(`${this.file} cannot be read: ${message}`);
    }
    this.checkLimit(this.unpacked);
    return this.rest;
  }

  private checkLimit(bytes: number): void {
    const { maximumBytes } = this.options;
    if (bytes > maximumBytes)
      throw new DatasetError(
        `${this.file} unpacks to more than ${Math.round(maximumBytes / 2 ** 20)} MiB, more than the data set has: ${again}`,
      );
  }

  private cutOff(message = 'it ends too early'): DatasetError {
    return new DatasetError(`${this.file} is damaged or cut off (${message}): download it again`);
  }
}

const padding = (length: number) => (blockBytes - (length % blockBytes)) % blockBytes;

interface Extension {
  path?: string;
  size?: number;
}

interface Header {
  name: string;
  size: number;
  type: string;
}

/** A header block: ustar, or the older form without prefix. */
function parseHeader(file: string, block: Buffer): Header {
  const damaged = (what: string) => new DatasetError(`${file} is no tar archive or is damaged: ${what}`);
  let sum = 0;
  block.forEach((byte, i) => {
    sum += i >= 148 && i < 156 ? 32 : byte;
  });
  if (octal(block.subarray(148, 156)) !== sum) throw damaged('the checksum of a header is wrong');
  const sizeField = block.subarray(124, 136);
  // GNU tar writes sizes of 8 GiB and more in base 256: none that is allowed here.
  const size = octal(sizeField);
  if (size === undefined) throw damaged('the size of a member is no number, or beyond any data set');
  const isUstar = block.subarray(257, 262).toString('latin1') === 'ustar';
  const prefix = isUstar ? textOf(block.subarray(345, 500)) : '';
  const name = textOf(block.subarray(0, 100));
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type: String.fromCharCode(block[156]) };
}

/** A number in octal digits, ended by a space or a zero byte. */
function octal(field: Buffer): number | undefined {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(field.toString('latin1'))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** Text up to the first zero byte. */
function textOf(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

/** The path and size of a pax header: records "LENGTH KEY=VALUE\n". */
function parsePax(file: string, content: Buffer): Extension {
  const extension: Extension = {};
  for (let start = 0; start < content.length; ) {
    const space = content.indexOf(32, start);
    const length = space < 0 ? Number.NaN : Number(content.toString('latin1', start, space));
    const record =
      Number.isInteger(length) && length > space - start && start + length <= content.length
        ? /^([^=]+)=(.*)\n$/s.exec(content.toString('utf8', space + 1, start + length))
        : null;
    if (!record) throw new DatasetError(`${file} is damaged: an extended header cannot be read`);
    const [, key, value] = record;
    if (key === 'path') extension.path = value;
    if (key === 'size') {
      if (!/^\d{1,15}$/.test(value)) throw new DatasetError(`${file} is damaged: a member has the size "${value}"`);
      extension.size = Number(value);
    }
    if (key.startsWith('GNU.sparse'))
      throw new DatasetError(`${file} has a member with holes, which is not read here: ${again}`);
    start += length;
  }
  return extension;
}

function checkName(file: string, name: string): void {
  const isAbsolute = /^(?:[/\\]|[A-Za-z]:)/.test(name);
  if (isAbsolute || name.split(/[/\\]/).includes('..'))
    throw new DatasetError(`${file} has the path ${JSON.stringify(name)}, which leads out of its folder: ${again}`);
}

const refusedTypes: Record<string, string | undefined> = {
  '1': 'a link',
  '2': 'a link',
  K: 'a link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
  S: 'a file with holes',
};

function checkType(file: string, name: string, type: string): void {
  // Regular files, of old and new kinds, and folders.
  if (type === '0' || type === '\0' || type === '7' || type === '5') return;
  const what = refusedTypes[type] ?? `of the unknown kind ${JSON.stringify(type)}`;
  throw new DatasetError(`${file}: ${name} is ${what}, which the official archive does not have: ${again}`);
}
