import { constants } from 'node:buffer';
import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { DatasetSettings } from '../experiment/schema';
import { type DataProgress, type Dataset, DatasetError, type ImageSet, type OpenOptions } from './dataset';
import { datasetFolder } from './dataset-folder';
import { decodeFiles } from './decode-pool';
import { type FolderSplit, scanImageFolder } from './folder-scan';
import { readPackedCache, writePackedCache } from './packed-cache';
import type { FitFor } from './resize';
import { evenSubset } from './subset';

export type ImageFolderSettings = Extract<DatasetSettings, { type: 'image-folder' }>;

/**
 * Opens JPEG and PNG images in class folders. The first time they are decoded in worker threads and packed into a cache file;
 * later the cache is read, if the files still have the names, sizes and times it was made from. The data-set index of an image
 * counts classes sorted by name, then files sorted by name, within the images that `trainingImages` or `validationImages`
 * leave.
 *
 * @throws DatasetError naming the first thing that is wrong with the folder or a file
 */
export async function openImageFolder(settings: ImageFolderSettings, options: OpenOptions): Promise<Dataset> {
  const root = datasetFolder(settings.path, options.baseFolder);
  const { classes, training, validation, problems } = scanImageFolder(root);
  if (problems.length > 0) {
    const more = problems.length - 1;
    throw new DatasetError(more > 0 ? `${problems[0]} (and ${more} more; ${listAll(root)})` : problems[0]);
  }
  const part = (split: FolderSplit, use: FitFor): FolderSplit => {
    const limit = use === 'training' ? settings.trainingImages : settings.validationImages;
    const chosen = Array.from(evenSubset(split.labels, classes.length, limit, `dataset.${use}Images`));
    return { files: chosen.map((i) => split.files[i]), labels: chosen.map((i) => split.labels[i]) };
  };
  const trainingPart = part(training, 'training');
  const validationPart = part(validation, 'validation');
  return {
    classes,
    training: await openPart(root, trainingPart, 'training', settings.imageSize, options),
    validation: await openPart(root, validationPart, 'validation', settings.imageSize, options),
  };
}

function listAll(root: string): string {
  return `"mixprop data check ${root}" lists all`;
}

async function openPart(
  root: string,
  { files, labels }: FolderSplit,
  use: FitFor,
  imageSize: number,
  { cacheFolder, onProgress = () => {}, signal }: OpenOptions,
): Promise<ImageSet> {
  const imageBytes = imageSize * imageSize * 3;
  checkMemory(files.length, imageBytes, use);
  const fingerprint = await fingerprintFiles(root, files, onProgress, signal);
  const key = JSON.stringify([realpathSync(root), use, imageSize, files.length]);
  const cacheFile = join(cacheFolder, `${createHash('sha256').update(key).digest('hex').slice(0, 24)}.pixels`);
  let pixels = await readPackedCache(cacheFile, fingerprint, files.length * imageBytes, {
    onProgress: (done) => onProgress(`reading cached ${use} images`, Math.floor(done / imageBytes), files.length),
    signal,
  });
  if (!pixels) {
    pixels = await decodePart(root, files, use, imageSize, onProgress, signal);
    await writePackedCache(cacheFile, fingerprint, pixels).catch((error: Error) =>
      process.emitWarning(`the decoded images could not be cached in ${cacheFolder}: ${error.message}`),
    );
  }
  return {
    count: files.length,
    imageSize,
    pixels,
    labels: Int32Array.from(labels),
    path: (index) => files[index],
  };
}

async function decodePart(
  root: string,
  files: readonly string[],
  use: FitFor,
  imageSize: number,
  onProgress: DataProgress,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const buffer = new SharedArrayBuffer(files.length * imageSize * imageSize * 3);
  const results = await decodeFiles(
    files.map((file) => join(root, file)),
    {
      target: { pixels: buffer, imageSize, use },
      stopAtError: true,
      onProgress: (done) => onProgress(`decoding ${use} images`, done, files.length),
      signal,
    },
  );
  results.forEach((result, i) => {
    if ('error' in result)
      throw new DatasetError(
        `${join(root, files[i])} ${result.error}; replace or remove it (${listAll(root)} broken files)`,
      );
  });
  return new Uint8Array(buffer);
}

/** Pixels of a part lie in one buffer, in memory. */
function checkMemory(count: number, imageBytes: number, use: FitFor): void {
  const bytes = count * imageBytes;
  if (bytes <= Math.min(constants.MAX_LENGTH, 0.8 * totalmem())) return;
  const gibibytes = (bytes / 2 ** 30).toFixed(1);
  throw new DatasetError(
    `${count} ${use} images take ${gibibytes} GiB, more than fits into memory here: lower dataset.imageSize or dataset.${use}Images`,
    `dataset.${use}Images`,
  );
}

const filesPerSlice = 2000;

/** SHA-256 over names, sizes and modification times. Synchronous calls are the fastest by far; pauses let messages through. */
async function fingerprintFiles(
  root: string,
  files: readonly string[],
  onProgress: DataProgress,
  signal?: AbortSignal,
): Promise<Buffer> {
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
    onProgress('checking files', Math.min(files.length, start + filesPerSlice), files.length);
    await new Promise(setImmediate);
  }
  return hash.digest();
}
