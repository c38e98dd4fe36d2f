import { createReadStream, statSync } from 'node:fs';
import { pipeline, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { DatasetError } from '../../../common/errors/dataset-error';
import { reasonOf } from '../../../common/errors/system-error';
import { readFileStart } from '../../../common/files/file-kind';

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
  maxMemberBytes: number;
  /** All that the archive unpacks to may not be larger, what is passed over included. Unit: bytes. */
  maxBytes: number;
  /** Bytes of the archive file read so far, of all. */
  onProgress?(done: number, total: number): void;
  signal?: AbortSignal;
}

const blockBytes = 512;
const chunkBytes = 1 << 18;

/**
 * Reads chosen files of a `.tar` or `.tar.gz` archive one after the other, unpacked into memory: nothing is written to the
 * disk. Whether it is compressed is seen by its first bytes. An archive may hold regular files and folders alone.
 *
 * @throws DatasetError naming the archive and the member: one that is cut off or damaged, has a path out of its folder, a link,
 *   a device or a name twice, or unpacks to more than is allowed; the signal's reason when aborted
 */
export async function* readArchive(file: string, options: ArchiveOptions): AsyncGenerator<ArchiveMember> {
  const { wants, maxMemberBytes, maxBytes, onProgress, signal } = options;
  signal?.throwIfAborted();
  const total = statSync(file).size;
  const source = createReadStream(file, { highWaterMark: chunkBytes, signal });
  let unpacked = 0;
  const checkLimit = (bytes: number) => {
    if (bytes > maxBytes)
      throw new DatasetError(
        `${file} unpacks to more than ${Math.round(maxBytes / 2 ** 20)} MiB, more than the data set has: ${again}`,
      );
  };
  const counter = new Transform({
    transform(chunk: Buffer, _, done) {
      unpacked += chunk.length;
      try {
        onProgress?.(source.bytesRead, total);
        checkLimit(unpacked);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  // Of the oldest kind too, without a magic number.
  const members = extract({ allowUnknownFormat: true } as object);
  const gunzip = isGzip(readFileStart(file)) ? [createGunzip({ chunkSize: chunkBytes })] : [];
  // The iteration below reports errors.
  pipeline([source, ...gunzip, counter, members], () => {});
  const seen = new Set<string>();
  /** Where the last member ends, with the zeros that fill its last block. */
  let end = 0;
  try {
    for await (const member of members) {
      const header = member.header as MemberHeader;
      const name = header.name.replace(/^(?:\.\/)+/, '');
      const { size, type } = header;
      checkMember(file, name, header);
      end = header.byteOffset + blockBytes * Math.ceil(size / blockBytes);
      const isFolder = type === 'directory' || name.endsWith('/') || name === '' || name === '.';
      if (isFolder || !wants(name)) {
        checkLimit(end);
        member.resume();
        continue;
      }
      if (seen.has(name)) throw new DatasetError(`${file} has ${name} twice: ${again}`);
      seen.add(name);
      if (size > maxMemberBytes)
        throw new DatasetError(
          `${file}: ${name} has ${size} bytes, more than the ${maxMemberBytes} that such a file can have: ${again}`,
        );
      yield { name, data: await buffer(member) };
    }
    // A small archive is read to its end before its streams notice.
    signal?.throwIfAborted();
    // An archive ends with blocks of zeros.
    if (unpacked < end + blockBytes) throw cutOff(file);
  } catch (error) {
    signal?.throwIfAborted();
    throw problemOf(file, error as NodeJS.ErrnoException);
  } finally {
    members.destroy();
    source.destroy();
  }
}

const again = 'it is not the official archive; download that again';

/** Whether a file begins as a gzip archive or a tar archive does. */
export function looksLikeArchive(file: string): boolean {
  const start = readFileStart(file);
  return isGzip(start) || start.subarray(257, 262).toString('latin1') === 'ustar';
}

const isGzip = (start: Uint8Array) => start[0] === 0x1f && start[1] === 0x8b;

const cutOff = (file: string, why = 'it ends too early') =>
  new DatasetError(`${file} is damaged or cut off (${why}): download it again`);

/** What tar-stream's messages mean; those that are not here say nothing more. */
const damages: Readonly<Record<string, string>> = {
  'Invalid header': 'the size of a member is no number',
  'Header exceeds max size': 'an extended header is longer than any can be',
};

/** @param error of reading, unpacking or one of ours */
function problemOf(file: string, error: NodeJS.ErrnoException): DatasetError {
  const { code, syscall, message } = error;
  if (error instanceof DatasetError) return error;
  if (code?.startsWith('Z_')) return cutOff(file, message);
  if (syscall !== undefined) return new DatasetError(`${file} cannot be read: ${reasonOf(error)}`);
  if (message === 'Unexpected end of data') return cutOff(file);
  const what = damages[message] ?? 'the checksum of a header is wrong';
  return new DatasetError(`${file} is no tar archive or is damaged: ${what}`);
}

/** As tar-stream gives it, with what its types leave out. */
type MemberHeader = Omit<Header, 'type' | 'pax'> & {
  /** null: of an unknown kind. */
  type: Header['type'] | null;
  /** Where the member's data begin. Unit: bytes. */
  byteOffset: number;
  /** Records of an extended header. */
  pax: Record<string, string> | null;
};

const refusedTypes: Readonly<Record<string, string | undefined>> = {
  link: 'a link',
  symlink: 'a link',
  'character-device': 'a device',
  'block-device': 'a device',
  fifo: 'a pipe',
};

/** @throws DatasetError for what is neither a regular file nor a folder, and for a path that leads out of the archive */
function checkMember(file: string, name: string, { type, pax }: MemberHeader): void {
  const isAbsolute = /^(?:[/\\]|[A-Za-z]:)/.test(name);
  if (isAbsolute || name.split(/[/\\]/).includes('..'))
    throw new DatasetError(`${file} has the path ${JSON.stringify(name)}, which leads out of its folder: ${again}`);
  const isSparse = Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse'));
  if (!isSparse && (type === 'file' || type === 'contiguous-file' || type === 'directory')) return;
  const what = isSparse ? 'a file with holes' : (refusedTypes[type ?? ''] ?? 'of an unknown kind');
  throw new DatasetError(`${file}: ${name} is ${what}, which the official archive does not have: ${again}`);
}
