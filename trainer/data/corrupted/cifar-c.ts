import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listNames, ranksByName } from '../../../common/dataset/class-names';
import { readFolder } from '../../../common/dataset/dataset-folder';
import { DatasetError } from '../../../common/errors/dataset-error';
import { cifarFormats } from '../cifar/cifar-format';
import { cifarImageSize } from '../cifar/cifar-records';
import type { MemoryImageSet } from '../dataset';
import { type NpyHeader, readNpyHeader, readNpyRows } from '../formats/npy';
import type { OpenEvaluationOptions } from './evaluation-images';

const severityCount = 5;
export const cifarSeverities: readonly number[] = Array.from({ length: severityCount }, (_, i) => i + 1);
export const labelsFile = 'labels.npy';

/** Whether a folder is laid out as CIFAR-10-C and CIFAR-100-C are: arrays with their labels. */
export function isCifarC(root: string): boolean {
  if (!existsSync(join(root, labelsFile))) return false;
  return cifarCorruptions(root).size > 0 || readFolder(root).folders.length === 0;
}

/** The corruptions that there are files of, in the order of their names, each with its severities. */
export function cifarCorruptions(root: string): Map<string, readonly number[]> {
  const files = readFolder(root).files.filter((name) => name.endsWith('.npy') && name !== labelsFile);
  return new Map(files.map((name) => [name.slice(0, -'.npy'.length), cifarSeverities]));
}

/**
 * The images of one corruption at one severity: a fifth of `<corruption>.npy` [5·N, 32, 32, 3], which has severity 1 first.
 *
 * @throws DatasetError if the file or the labels are damaged, or do not fit each other or the classes
 */
export function openCifarC(
  root: string,
  corruption: string,
  severity: number,
  { classes, imageSize, areNumbered }: Omit<OpenEvaluationOptions, 'baseFolder'>,
): MemoryImageSet {
  if (imageSize !== cifarImageSize)
    throw new DatasetError(`${root} has images of ${cifarImageSize} pixels, but the network takes ${imageSize}`);
  const labels = areNumbered ? Int32Array.from(classes.keys()) : labelsOfNumbers(root, classes);
  const { file, header } = readCorruptionHeader(root, corruption);
  const count = header.shape[0] / severityCount;
  const start = (severity - 1) * count;
  const numbers = readCifarLabels(root, header.shape[0], classes.length);
  refuseFewerClasses(root, numbers, classes.length);
  return {
    count,
    imageSize,
    pixels: readNpyRows(file, header, start, count),
    labels: numbers.slice(start, start + count).map((number) => labels[number]),
    path: (index) => `${corruption}.npy#${start + index}`,
  };
}

/**
 * Which label of a network with these classes each number of CIFAR's stands for. CIFAR numbers its classes in the order of their
 * names.
 *
 * @throws DatasetError if they are known not to be CIFAR's classes
 */
function labelsOfNumbers(root: string, classes: readonly string[]): Int32Array {
  const labels = new Int32Array(classes.length);
  const numbers = classes.map(Number);
  const areNumbers = new Set(numbers).size === numbers.length && numbers.every((number) => number in labels);
  const places = areNumbers ? numbers : ranksByName(classes);
  for (const [label, place] of places.entries()) labels[place] = label;
  const { names } = cifarFormats.cifar10;
  if (!areNumbers && names.length === classes.length && names.some((name) => !classes.includes(name)))
    throw new DatasetError(
      `${root} has labels from 0 to ${names.length - 1} for ${listNames(names, 3)}, but the classes of the network are ${listNames(classes, 3)}: use a network of the same classes, with the names of CIFAR-10`,
    );
  return labels;
}

/**
 * The header of a corruption's file.
 *
 * @throws DatasetError if it is no array of images, of each severity the same number
 */
export function readCorruptionHeader(root: string, corruption: string): { file: string; header: NpyHeader } {
  const file = join(root, `${corruption}.npy`);
  const header = readNpyHeader(file);
  const [count, ...image] = header.shape;
  const isImages = header.type === 'u1' && image.join() === [cifarImageSize, cifarImageSize, 3].join();
  if (!isImages || count === 0 || count % severityCount !== 0)
    throw new DatasetError(
      `${file} has the shape [${header.shape.join(', ')}] instead of [${severityCount}·N, 32, 32, 3] of uint8: get it again`,
    );
  return { file, header };
}

/**
 * The class of each image of a corruption's file. `labels.npy` has one for each of them, or, as they repeat, of one severity only.
 *
 * @param imageCount images of all severities
 * @throws DatasetError if it has another length, or a class out of range
 */
export function readCifarLabels(root: string, imageCount: number, classCount: number): Int32Array {
  const file = join(root, labelsFile);
  const header = readNpyHeader(file);
  const length = header.shape[0];
  if (header.shape.length !== 1 || (length !== imageCount && length * severityCount !== imageCount))
    throw new DatasetError(
      `${file} has the shape [${header.shape.join(', ')}], which does not fit ${imageCount} images: get it again`,
    );
  const bytes = readNpyRows(file, header, 0, length);
  const labels = new Int32Array(imageCount);
  for (let i = 0; i < imageCount; i++) {
    const at = i % length;
    const label = header.type === 'u1' ? bytes[at] : Number(bytes.readBigInt64LE(8 * at));
    if (!(label >= 0 && label < classCount))
      throw new DatasetError(
        `${file}: entry ${at} is class ${label}, but classes go to ${classCount - 1}: is it of another data set?`,
      );
    labels[i] = label;
  }
  return labels;
}

/** CIFAR-10's labels are labels of any larger network too: of other classes. */
function refuseFewerClasses(root: string, labels: Int32Array, classCount: number): void {
  const found = new Set(labels).size;
  const { classCount: ten, title } = cifarFormats.cifar10;
  if (classCount > ten && found === ten && labels.every((label) => label < ten))
    throw new DatasetError(
      `${root} has labels from 0 to ${ten - 1}, as ${title}-C has, but the network tells ${classCount} classes apart: use the corrupted images of the data set that it was trained on`,
    );
}
