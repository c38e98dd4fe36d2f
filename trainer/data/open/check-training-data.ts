import { join } from 'node:path';
import { folderNames } from '../../../common/dataset/dataset-folder';
import type { CifarType } from '../../../common/experiment/datasets/cifar';
import type { FolderDatasetType } from '../../../common/experiment/datasets/datasets';
import { readCifar } from '../cifar/cifar';
import { cifarImageSize } from '../cifar/cifar-records';
import type { DataProgress } from '../dataset';
import { type ScanOptions, scanImageFolder } from '../image-folder/folder-scan';
import type { PassedOverCount } from '../image-folder/passed-over';
import { type BrokenFile, DecodedFiles, type ImageSizes, sumUpBroken } from '../images/image-sizes';

export interface PartReport {
  /** Name of its folder; absent where there is none. */
  folder?: string;
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
  /** Every image file that cannot be decoded. */
  brokenFiles: BrokenFile[];
  /** Of an image folder: what in the folders of its parts is not read, by reason. */
  passedOver?: PassedOverCount[];
  /** Of an image folder: folders beside those of its parts. */
  notRead?: string[];
  /** What leaves the data set usable, but should be known. */
  warnings: string[];
  /** What makes the data set unusable, each naming file or folder and remedy. */
  problems: string[];
}

/** The first two are for image folders. */
export interface CheckOptions extends Pick<ScanOptions, 'classFile' | 'heldOut'> {
  onProgress: DataProgress;
  signal: AbortSignal;
}

/** Decodes every image. */
export async function checkImageFolder(
  path: string,
  { onProgress, signal, ...options }: CheckOptions,
): Promise<TrainingDataReport> {
  const { classes, training, validation, problems, warnings, passedOver } = scanImageFolder(path, options);
  const files = [...training.files, ...validation.files].map((file) => join(path, file));
  const decoded = new DecodedFiles();
  await decoded.add(files, (done) => onProgress('decoding images', done, files.length), signal);
  return {
    type: 'image-folder',
    path,
    classes,
    training: { folder: training.folder, ...countClasses(training.labels, classes.length) },
    validation: { folder: validation.folder, ...countClasses(validation.labels, classes.length) },
    sizes: decoded.sizes,
    brokenFiles: decoded.broken,
    passedOver,
    notRead: folderNames(path).filter((name) => name !== training.folder && name !== validation.folder),
    warnings,
    problems: [...problems, ...sumUpBroken(decoded.broken)],
  };
}

export async function checkCifar(
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
    sizes: images > 0 ? [{ width: cifarImageSize, height: cifarImageSize, images }] : [],
    brokenFiles: [],
    warnings: [],
    problems,
  };
}

function countClasses(labels: readonly number[], classCount: number): PartReport {
  const perClass = new Array<number>(classCount).fill(0);
  for (const label of labels) perClass[label]++;
  return { images: labels.length, perClass };
}
