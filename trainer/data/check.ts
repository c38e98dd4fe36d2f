import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetType } from '../experiment/schema';
import { type CorruptedReport, checkCifarC, checkImageNetC } from './check-corrupted';
import { readCifar } from './cifar';
import { type CifarType, cifarFormats, cifarTypes } from './cifar-format';
import { cifarTypeOfArchive, findCifarSource } from './cifar-source';
import { type CorruptedLayout, corruptedLayout } from './corrupted-set';
import type { DataProgress } from './dataset';
import { decodeFiles } from './decode-pool';
import { scanImageFolder } from './folder-scan';
import { countSizes, type ImageSizes } from './image-sizes';

/** The types of data sets that lie in a folder or a file. */
export type FolderDatasetType = Exclude<DatasetType, 'shapes'>;

/** What `data check` can check: data sets to train on, and sets of corrupted images. */
export type CheckedType = FolderDatasetType | CorruptedLayout;
export const checkedTypes: readonly CheckedType[] = ['image-folder', ...cifarTypes, 'imagenet-c', 'cifar-c'];

export interface PartReport {
  images: number;
  /** Number of images of each class, in the order of the classes. */
  perClass: number[];
}

/** What `data check` found in a data set to train on: everything was read. */
export interface TrainingDataReport {
  type: FolderDatasetType;
  path: string;
  classes: string[];
  training: PartReport;
  validation: PartReport;
  /** Sizes of the images in pixels, the most frequent first. */
  sizes: ImageSizes;
  /** What makes the data set unusable, each naming file or folder and remedy. */
  problems: string[];
}

export type DataReport = TrainingDataReport | CorruptedReport;

export interface CheckOptions {
  /** A list of classes, for image folders: absolute path, or null for all classes. */
  classFile: string | null;
  onProgress: DataProgress;
  signal: AbortSignal;
}

/**
 * The type of data set that a folder or file looks like.
 *
 * @param path absolute path, existing
 * @throws DatasetError if a file is no archive of a data set
 */
export async function guessDatasetType(path: string, signal: AbortSignal): Promise<CheckedType> {
  if (!statSync(path).isDirectory()) return cifarTypeOfArchive(path, signal);
  const cifar = cifarTypes.find((type) => findCifarSource(path, cifarFormats[type]));
  if (cifar) return cifar;
  // Classes may be called 1 to 5, as severities are.
  if (existsSync(join(path, 'train'))) return 'image-folder';
  return corruptedLayout(path) ?? 'image-folder';
}

/**
 * Reads all of a data set and lists everything that is wrong with it.
 *
 * @param path absolute path of an existing folder or, for CIFAR, an archive
 * @throws the signal's reason when aborted; DatasetError if the list of classes cannot be read
 */
export async function checkDataset(type: CheckedType, path: string, options: CheckOptions): Promise<DataReport> {
  switch (type) {
    case 'image-folder':
      return checkImageFolder(path, options);
    case 'imagenet-c':
      return checkImageNetC(path, options);
    case 'cifar-c':
      return checkCifarC(path, options);
    default:
      return checkCifar(type, path, options);
  }
}

async function checkImageFolder(
  path: string,
  { classFile, onProgress, signal }: CheckOptions,
): Promise<TrainingDataReport> {
  const { classes, training, validation, problems } = scanImageFolder(path, classFile);
  const files = [...training.files, ...validation.files].map((file) => join(path, file));
  const results = await decodeFiles(files, {
    target: null,
    stopAtError: false,
    onProgress: (done) => onProgress('decoding images', done, files.length),
    signal,
  });
  return {
    type: 'image-folder',
    path,
    classes,
    training: countClasses(training.labels, classes.length),
    validation: countClasses(validation.labels, classes.length),
    sizes: countSizes(files, results, problems),
    problems,
  };
}

async function checkCifar(
  type: CifarType,
  path: string,
  { onProgress, signal }: CheckOptions,
): Promise<TrainingDataReport> {
  const problems: string[] = [];
  const { classes, training, test } = await readCifar(path, type, {
    onProblem: ({ message }) => problems.push(message),
    onProgress,
    signal,
  });
  const trainingLabels = training.flatMap((part) => part.records.labels);
  const testLabels = test?.records.labels ?? [];
  const images = trainingLabels.length + testLabels.length;
  return {
    type,
    path,
    classes: [...classes],
    training: countClasses(trainingLabels, classes.length),
    validation: countClasses(testLabels, classes.length),
    sizes: images > 0 ? [{ width: 32, height: 32, images }] : [],
    problems,
  };
}

function countClasses(labels: readonly number[], classCount: number): PartReport {
  const perClass = new Array<number>(classCount).fill(0);
  for (const label of labels) perClass[label]++;
  return { images: labels.length, perClass };
}
