import { join } from 'node:path';
import { makeFolders } from '../../../common/files/make-folders';
import { download } from '../../runtime/download';
import type { DatasetArchive } from './dataset-archives';

export interface DownloadDatasetOptions {
  /** Bytes on the disk so far, of all. */
  onProgress: (done: number, total: number) => void;
  signal: AbortSignal;
  /** Wait after a failed try, doubled at each. */
  retryMs?: number;
}

/**
 * Downloads an archive into a folder, which is made if it is missing. An interrupted download is gone on with; the file has its name
 * only once it is whole and its checksum is the published one. A file that is there already is checked and kept.
 *
 * @returns the file's absolute path
 * @throws DownloadError when the server refuses, the network stays down, or the file is not the published one; the system's error
 *   when the folder cannot be written; AbortError
 */
export async function downloadDataset(
  { url, fileName, bytes, md5 }: DatasetArchive,
  folder: string,
  { onProgress, signal, retryMs }: DownloadDatasetOptions,
): Promise<string> {
  makeFolders(folder);
  const file = join(folder, fileName);
  await download(url, file, {
    md5,
    maxBytes: bytes,
    signal,
    retryMs,
    onProgress: (done) => onProgress(done, bytes),
  });
  return file;
}
