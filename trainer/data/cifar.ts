import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetSettings } from '../experiment/schema';
import { type Dataset, DatasetError, type ImageSet, type OpenOptions } from './dataset';
import { datasetFolder } from './dataset-folder';
import { evenSubset } from './subset';

export type CifarSettings = Extract<DatasetSettings, { type: 'cifar10' | 'cifar100' }>;

const imageSize = 32;
const planeBytes = imageSize * imageSize;
const imageBytes = planeBytes * 3;

/** The official binary version of a CIFAR data set: https://www.cs.toronto.edu/~kriz/cifar.html. */
export interface CifarFormat {
  /** Folder that the official archive unpacks to. */
  archiveFolder: string;
  trainingFiles: readonly string[];
  testFile: string;
  /** Bytes before the pixels; the last of them is the class. */
  labelBytes: number;
  classCount: number;
  namesFile: string;
  names: readonly string[];
}

export const cifarFormats: Record<CifarSettings['type'], CifarFormat> = {
  cifar10: {
    archiveFolder: 'cifar-10-batches-bin',
    trainingFiles: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
    testFile: 'test_batch.bin',
    labelBytes: 1,
    classCount: 10,
    namesFile: 'batches.meta.txt',
    names: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  },
  cifar100: {
    archiveFolder: 'cifar-100-binary',
    trainingFiles: ['train.bin'],
    testFile: 'test.bin',
    labelBytes: 2,
    classCount: 100,
    namesFile: 'fine_label_names.txt',
    names: Array.from({ length: 100 }, (_, label) => String(label)),
  },
};

/** Decoded records in file order. */
export interface CifarRecords {
  labels: number[];
  /** [N, 32, 32, 3]. */
  pixels: Uint8Array;
}

/**
 * Opens CIFAR-10 or CIFAR-100 in the official binary records, in `path` or in the folder inside it that the official archive
 * unpacks to. Not all five training files of CIFAR-10 need be there. The data-set index of an image is its place in the files,
 * within the images that `trainingImages` or `validationImages` leave.
 *
 * @throws DatasetError naming the file that is missing or damaged
 */
export async function openCifar(settings: CifarSettings, options: OpenOptions): Promise<Dataset> {
  const format = cifarFormats[settings.type];
  const folder = cifarFolder(datasetFolder(settings.path, options.baseFolder), format);
  const { present, problems } = presentFiles(folder, format);
  if (problems.length > 0) throw new DatasetError(problems[0]);
  const files = [...present, format.testFile];
  const parts: CifarRecords[] = [];
  for (const [i, name] of files.entries()) {
    options.signal?.throwIfAborted();
    parts.push(readCifarFile(join(folder, name), format));
    options.onProgress?.('reading records', i + 1, files.length);
    await new Promise(setImmediate);
  }
  return {
    classes: classNames(folder, format),
    training: imageSet(present, parts.slice(0, -1), format, settings.trainingImages, 'dataset.trainingImages'),
    validation: imageSet(
      [format.testFile],
      parts.slice(-1),
      format,
      settings.validationImages,
      'dataset.validationImages',
    ),
  };
}

/** The folder inside `root`, or `root` itself, that holds the record files. */
export function cifarFolder(root: string, format: CifarFormat): string {
  const inner = join(root, format.archiveFolder);
  const isHere = [...format.trainingFiles, format.testFile].some((name) => existsSync(join(root, name)));
  return !isHere && existsSync(inner) ? inner : root;
}

/** The training files that are there, and what is missing, as sentences. */
export function presentFiles(folder: string, format: CifarFormat): { present: string[]; problems: string[] } {
  const present = format.trainingFiles.filter((name) => existsSync(join(folder, name)));
  const missing = present.length === 0 ? [format.trainingFiles[0]] : [];
  if (!existsSync(join(folder, format.testFile))) missing.push(format.testFile);
  const remedy = `unpack the official binary version there (the folder ${format.archiveFolder}) or correct the path`;
  return { present, problems: missing.map((name) => `${folder} has no ${name}: ${remedy}`) };
}

/**
 * Reads a file of records: label bytes, then the red, the green and the blue plane.
 *
 * @throws DatasetError if the length is no multiple of a record or a label is out of range
 */
export function readCifarFile(file: string, format: CifarFormat): CifarRecords {
  const remedy = 'unpack the official archive again';
  if (!statSync(file).isFile()) throw new DatasetError(`${file} is not a file: ${remedy}`);
  const bytes = readFileSync(file);
  const recordBytes = format.labelBytes + imageBytes;
  if (bytes.length === 0 || bytes.length % recordBytes !== 0)
    throw new DatasetError(`${file} has ${bytes.length} bytes, not a multiple of a record's ${recordBytes}: ${remedy}`);
  const count = bytes.length / recordBytes;
  const labels: number[] = [];
  const pixels = new Uint8Array(count * imageBytes);
  for (let record = 0; record < count; record++) {
    const start = record * recordBytes + format.labelBytes;
    const label = bytes[start - 1];
    if (label >= format.classCount)
      throw new DatasetError(
        `${file}: record ${record} has class ${label}, but classes go to ${format.classCount - 1}: ${remedy}`,
      );
    labels.push(label);
    for (let i = 0, from = start, to = record * imageBytes; i < planeBytes; i++, from++, to += 3) {
      pixels[to] = bytes[from];
      pixels[to + 1] = bytes[from + planeBytes];
      pixels[to + 2] = bytes[from + 2 * planeBytes];
    }
  }
  return { labels, pixels };
}

/** Names from the data set's own list if it is there, else built-in ones. */
export function classNames(folder: string, format: CifarFormat): readonly string[] {
  const file = join(folder, format.namesFile);
  if (!existsSync(file)) return format.names;
  const names = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (names.length === format.classCount) return names;
  throw new DatasetError(
    `${file} names ${names.length} classes instead of ${format.classCount}: correct the file or remove it`,
  );
}

function imageSet(
  names: readonly string[],
  parts: readonly CifarRecords[],
  format: CifarFormat,
  limit: number | null,
  field: 'dataset.trainingImages' | 'dataset.validationImages',
): ImageSet {
  const places = parts.flatMap((part, file) => part.labels.map((label, record) => ({ file, record, label })));
  const chosen = Array.from(
    evenSubset(
      places.map((place) => place.label),
      format.classCount,
      limit,
      field,
    ),
    (i) => places[i],
  );
  const pixels = new Uint8Array(chosen.length * imageBytes);
  chosen.forEach(({ file, record }, i) => {
    pixels.set(parts[file].pixels.subarray(record * imageBytes, (record + 1) * imageBytes), i * imageBytes);
  });
  return {
    count: chosen.length,
    imageSize,
    pixels,
    labels: Int32Array.from(chosen, (place) => place.label),
    path: (index) => `${names[chosen[index].file]}#${chosen[index].record}`,
  };
}
