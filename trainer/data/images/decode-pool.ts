import { availableParallelism } from 'node:os';
import type { ImageSource } from '../image-source';
import { distribute } from '../workers/worker-pool';

/** Where workers put pixels, image by image. What an image doesn't have the stored size of is an error. */
export interface DecodeTarget {
  fit: ImageSource['fit'];
  /** [N, 2], width and height of the images as they are stored. */
  sizes: Uint32Array;
  /** [N, 8], receives their checksums. */
  checksums: Uint8Array;
  /** In memory, one after the other. */
  pixels?: Uint8Array;
  /** In a packed cache that is being written. */
  descriptor?: number;
}

/** What became of a file: its size in pixels, or what is wrong with it (a predicate: "is damaged …"). */
export type DecodedFile = { width: number; height: number } | { error: string };

/** Message to a worker: absolute paths of the files `first`, `first + 1`, … */
export interface DecodeRequest {
  first: number;
  files: string[];
}

/** Message from a worker: the results in the order of the request. */
export interface DecodeResponse {
  first: number;
  results: DecodedFile[];
  /** Why the cache cannot be written: decoding goes on without it. */
  cacheProblem?: string;
}

export interface DecodeOptions {
  /** null: decode only, keep no pixels. */
  target: DecodeTarget | null;
  /** Whether to leave out the files after the first broken one. */
  stopAtError: boolean;
  onProgress: (done: number) => void;
  /** Told once why the cache cannot be written. */
  onCacheProblem?: (problem: string) => void;
  signal?: AbortSignal;
}

const filesPerRequest = 32;

/**
 * Decodes files in a pool of worker threads, one a core.
 *
 * @param files absolute paths
 * @returns one result a file, in the same order. With `stopAtError`, results end after the request with the first broken file
 *   in that order, which is the same file in every run.
 * @throws the signal's reason when it is aborted; an Error when a worker dies
 */
export async function decodeFiles(files: readonly string[], options: DecodeOptions): Promise<DecodedFile[]> {
  const { target, stopAtError, onProgress, onCacheProblem, signal } = options;
  const results: DecodedFile[] = [];
  let next = 0;
  let done = 0;
  let broken = false;
  let cacheProblem: string | undefined;
  const nextRequest = (): DecodeRequest | undefined => {
    if (next >= files.length || broken) return undefined;
    const first = next;
    next += filesPerRequest;
    return { first, files: files.slice(first, next) };
  };
  const count = Math.min(availableParallelism(), Math.ceil(files.length / filesPerRequest));
  const pool = { entry: 'decode-worker', work: 'decodes images', count, data: target, signal };
  await distribute<DecodeRequest, DecodeResponse>(pool, nextRequest, (response) => {
    response.results.forEach((result, i) => {
      results[response.first + i] = result;
      if (stopAtError && 'error' in result) broken = true;
    });
    if (response.cacheProblem !== undefined && cacheProblem === undefined) {
      cacheProblem = response.cacheProblem;
      onCacheProblem?.(cacheProblem);
    }
    done += response.results.length;
    onProgress(done);
  });
  return results;
}
