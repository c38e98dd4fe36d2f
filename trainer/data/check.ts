import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetType } from '../experiment/schema';
import { type CifarFormat, cifarFolder, cifarFormats, classNames, presentFiles, readCifarFile } from './cifar';
import { type DataProgress, DatasetError } from './dataset';
import { decodeFiles } from './decode-pool';
import { scanImageFolder } from './folder-scan';

/** The types of data sets that lie in a folder. */
export type FolderDatasetType = Exclude<DatasetType, 'shapes'>;

export interface PartReport {
  images: number;
  /** Number of images of each class, in the order of the classes. */
  perClass: number[];
}

/** What `data check` found: everything was read. */
export interface DataReport {
  type: FolderDatasetType;
  path: string;
  classes: string[];
  training: PartReport;
  validation: PartReport;
  /** Sizes of the images in pixels, the most frequent first. */
  sizes: { width: number; height: number; images: number }[];
  /** What makes the data set unusable, each naming file or folder and remedy. */
  problems: string[];
}

/** The type of data set that a folder looks like. */
export function guessDatasetType(folder: string): FolderDatasetType {
  for (const type of ['cifar10', 'cifar100'] as const) {
    const format = cifarFormats[type];
    const inner = cifarFolder(folder, format);
    if ([...format.trainingFiles, format.testFile].some((name) => existsSync(join(inner, name)))) return type;
  }
  return 'image-folder';
}

/**
 * Reads all of a data set and lists everything that is wrong with it.
 *
 * @param folder absolute path of an existing folder
 * @throws the signal's reason when aborted
 */
export async function checkDataset(
  type: FolderDatasetType,
  folder: string,
  onProgress: DataProgress,
  signal: AbortSignal,
): Promise<DataReport> {
  if (type === 'image-folder') return checkImageFolder(folder, onProgress, signal);
  return checkCifar(type, folder, cifarFormats[type], onProgress, signal);
}

async function checkImageFolder(path: string, onProgress: DataProgress, signal: AbortSignal): Promise<DataReport> {
  const { classes, training, validation, problems } = scanImageFolder(path);
  const files = [...training.files, ...validation.files].map((file) => join(path, file));
  const results = await decodeFiles(files, {
    target: null,
    stopAtError: false,
    onProgress: (done) => onProgress('decoding images', done, files.length),
    signal,
  });
  const sizes = new Map<string, { width: number; height: number; images: number }>();
  results.forEach((result, i) => {
    if ('error' in result) {
      problems.push(`${files[i]} ${result.error}; replace or remove it`);
      return;
    }
    const { width, height } = result;
    const size = sizes.get(`${width}×${height}`);
    if (size) size.images++;
    else sizes.set(`${width}×${height}`, { width, height, images: 1 });
  });
  return {
    type: 'image-folder',
    path,
    classes,
    training: countClasses(training.labels, classes.length),
    validation: countClasses(validation.labels, classes.length),
    sizes: [...sizes.values()].sort((a, b) => b.images - a.images),
    problems,
  };
}

async function checkCifar(
  type: 'cifar10' | 'cifar100',
  path: string,
  format: CifarFormat,
  onProgress: DataProgress,
  signal: AbortSignal,
): Promise<DataReport> {
  const folder = cifarFolder(path, format);
  const { present, problems } = presentFiles(folder, format);
  let classes = format.names;
  collect(problems, () => {
    classes = classNames(folder, format);
  });
  const labels = { training: [] as number[], validation: [] as number[] };
  const files = existsSync(join(folder, format.testFile)) ? [...present, format.testFile] : present;
  for (const [i, name] of files.entries()) {
    signal.throwIfAborted();
    const part = name === format.testFile ? labels.validation : labels.training;
    collect(problems, () => {
      for (const label of readCifarFile(join(folder, name), format).labels) part.push(label);
    });
    onProgress('reading records', i + 1, files.length);
    await new Promise(setImmediate);
  }
  const images = labels.training.length + labels.validation.length;
  return {
    type,
    path,
    classes: [...classes],
    training: countClasses(labels.training, format.classCount),
    validation: countClasses(labels.validation, format.classCount),
    sizes: images > 0 ? [{ width: 32, height: 32, images }] : [],
    problems,
  };
}

/** Runs `read` and adds what is wrong with the data to the problems. */
function collect(problems: string[], read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    problems.push(error.message);
  }
}

function countClasses(labels: readonly number[], classCount: number): PartReport {
  const perClass = new Array<number>(classCount).fill(0);
  for (const label of labels) perClass[label]++;
  return { images: labels.length, perClass };
}
