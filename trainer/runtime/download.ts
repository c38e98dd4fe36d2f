import { createHash } from 'node:crypto';
import { createReadStream, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDiskError, writeObstacle } from '../../common/errors/system-error';

export interface DownloadOptions {
  /** Expected checksum in hexadecimal digits; undefined where the source gives none. */
  sha256?: string;
  /** The same for sources that give an MD5 checksum. */
  md5?: string;
  /** Fails where the server sends more. */
  maxBytes?: number;
  signal?: AbortSignal;
  /** @param bytes on the disk so far, including those of earlier attempts */
  onProgress?(bytes: number): void;
  /** Wait after a failed attempt, in ms, doubled each time. */
  retryMs?: number;
  /** A connection without data for this long counts as broken, in ms. */
  stallMs?: number;
}

const maxAttempts = 5;

/** A file that could not be downloaded, or has another content. The message has the address. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  constructor(
    message: string,
    /** Whether it was received but could not be written. */
    readonly isOfDisk = false,
  ) {
    super(message);
  }
}

/** Trying again is of no use. */
class RefusedError extends Error {}

/**
 * Downloads a file. Resumes from what an earlier, interrupted call left in `FILE.part`; the file gets its name only once it
 * is complete and its checksum right. An existing file is kept if its checksum is right.
 * @throws DownloadError when the server refuses, the network stays down, or the checksum differs
 * @throws AbortError
 */
export async function download(url: string, file: string, options: DownloadOptions = {}): Promise<void> {
  const { signal, retryMs = 1000 } = options;
  const { algorithm, expected } = checksumOf(options);
  if (existsSync(file)) {
    if (expected === undefined || (await hashFile(file, signal, algorithm)) === expected) return;
    rmSync(file);
  }
  const part = `${file}.part`;
  let wasResumed = (statSync(part, { throwIfNoEntry: false })?.size ?? 0) > 0;
  for (let attempt = 1, best = 0; ; attempt++) {
    signal?.throwIfAborted();
    try {
      await fetchInto(url, part, options);
      const found = expected && (await hashFile(part, signal, algorithm));
      if (found === expected) break;
      rmSync(part);
      if (!wasResumed) throw new RefusedError(`has the ${algorithm} checksum ${found} instead of ${expected}`);
      // What was resumed may be another file: download once more from the start.
      wasResumed = false;
    } catch (error) {
      signal?.throwIfAborted();
      const size = statSync(part, { throwIfNoEntry: false })?.size ?? 0;
      // Progress resets the count: large files over bad connections need many attempts.
      if (size > best) attempt = 1;
      best = Math.max(best, size);
      if (isDiskError(error)) {
        const kept = size > 0 ? '; the next try goes on from what there is' : '';
        throw new DownloadError(
          `${withoutQuery(url)} could not be kept: ${part}: ${writeObstacle(error)}${kept}`,
          true,
        );
      }
      // An unknown host name: no network, or an isolated one.
      const isUnknown =
        size === 0 && ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOTFOUND';
      if (error instanceof RefusedError || attempt >= maxAttempts || isUnknown)
        throw new DownloadError(`${withoutQuery(url)} ${describe(error)}`);
      await sleep(retryMs * 2 ** (attempt - 1), undefined, { signal });
    }
  }
  renameSync(part, file);
}

/** The size of a file on a server; undefined where the server does not say. */
export async function remoteSize(url: string, signal?: AbortSignal): Promise<number | undefined> {
  try {
    // One byte rather than a HEAD request, which some caches answer without a size.
    const timeout = AbortSignal.timeout(20_000);
    const response = await fetch(url, {
      headers: { Range: 'bytes=0-0' },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    await response.body?.cancel();
    if (response.status === 206) return rangeOf(response).total;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    return response.ok && length > 0 ? length : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

type ChecksumAlgorithm = 'sha256' | 'md5';

const checksumOf = ({ sha256, md5 }: DownloadOptions): { algorithm: ChecksumAlgorithm; expected?: string } =>
  md5 === undefined ? { algorithm: 'sha256', expected: sha256 } : { algorithm: 'md5', expected: md5 };

/** The checksum of a file, in hexadecimal digits. */
export async function hashFile(
  file: string,
  signal?: AbortSignal,
  algorithm: ChecksumAlgorithm = 'sha256',
): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest('hex');
}

/** One attempt: appends to `part` until the file is complete. */
async function fetchInto(url: string, part: string, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, stallMs = 60_000, maxBytes = Number.POSITIVE_INFINITY } = options;
  let have = statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  const stall = new AbortController();
  const watch = setTimeout(() => stall.abort(new Error(`delivered nothing for ${stallMs / 1000} s`)), stallMs);
  try {
    const response = await fetch(url, {
      headers: have > 0 ? { Range: `bytes=${have}-` } : {},
      signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal,
    });
    if (have > 0 && response.status === 416) {
      await response.body?.cancel();
      // Complete already, or longer than the file.
      if (rangeOf(response).total === have) return;
      rmSync(part);
      throw new Error('does not fit what was downloaded before');
    }
    if (response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429) {
      await response.body?.cancel();
      throw new RefusedError(`was refused: ${response.status} ${response.statusText}`);
    }
    if (!response.ok || response.body === null) throw new Error(`gave ${response.status} ${response.statusText}`);
    // A server without ranges starts from the first byte.
    if (response.status !== 206) have = 0;
    else if (rangeOf(response).start !== have) {
      await response.body.cancel();
      rmSync(part, { force: true });
      throw new Error('sent another part than the one asked for');
    }
    const total = response.status === 206 ? rangeOf(response).total : lengthOf(response);
    const handle = await open(part, have > 0 ? 'a' : 'w');
    try {
      for await (const chunk of response.body) {
        watch.refresh();
        if (have + chunk.byteLength > maxBytes)
          throw new RefusedError(`is longer than the ${maxBytes} bytes that the file has`);
        await handle.appendFile(chunk);
        have += chunk.byteLength;
        onProgress?.(have);
      }
    } finally {
      await handle.close();
    }
    if (total !== undefined && have !== total) throw new Error(`broke off after ${have} of ${total} bytes`);
  } finally {
    clearTimeout(watch);
  }
}

/** The first byte and the whole size in "bytes 0-99/1234"; either may be missing. */
function rangeOf(response: Response): { start?: number; total?: number } {
  const header = response.headers.get('content-range') ?? '';
  const [start, total] = [/^bytes (\d+)-/, /\/(\d+)$/].map((part) => part.exec(header)?.[1]);
  return {
    start: start === undefined ? undefined : Number(start),
    total: total === undefined ? undefined : Number(total),
  };
}

function lengthOf(response: Response): number | undefined {
  // The length of a compressed answer is not that of the file.
  if (response.headers.has('content-encoding')) return undefined;
  const header = response.headers.get('content-length');
  return header === null ? undefined : Number(header);
}

function describe(error: unknown): string {
  const { message, cause } = error as Error;
  if (error instanceof RefusedError) return message;
  const why = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : message;
  return `could not be downloaded: ${why}`;
}

/** Without what may hold credentials. */
function withoutQuery(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
