import { DatasetError } from '../../../common/errors/dataset-error';
import { asText, PickleDictionary, PickledArray, PickleError, type PickleValue, readPickle } from '../formats/pickle';
import type { CifarFormat, CifarFormName } from './cifar-format';

/** Height and width of an image. Unit: pixels. */
export const cifarImageSize = 32;
const planeBytes = cifarImageSize * cifarImageSize;
export const cifarImageBytes = planeBytes * 3;

/** Decoded records in file order. */
export interface CifarRecords {
  labels: number[];
  /** [N, 32, 32, 3]. */
  pixels: Uint8Array;
}

const remedy = 'get the official archive again';

/**
 * Decodes a file of images in either form.
 *
 * @param file how messages call the file
 * @throws DatasetError if it is damaged, or a class is out of range
 */
export function decodeCifarFile(file: string, bytes: Buffer, form: CifarFormName, format: CifarFormat): CifarRecords {
  return form === 'binary' ? decodeBinary(file, bytes, format) : decodePickled(file, bytes, format);
}

/**
 * Decodes a file with the names of the classes.
 *
 * @throws DatasetError if it is damaged or names another number of classes
 */
export function decodeCifarNames(file: string, bytes: Buffer, form: CifarFormName, format: CifarFormat): string[] {
  const names =
    form === 'binary'
      ? bytes
          .toString('utf8')
          .split(/\r?\n/)
          .map((line) => line.trim())
          .filter((line) => line !== '')
      : pickledNames(file, bytes, format);
  if (names.length === format.classCount) return names;
  throw new DatasetError(
    `${file} names ${names.length} classes instead of ${format.classCount}: correct the file or remove it`,
  );
}

/** Records one after the other: label bytes, then the red, the green and the blue plane. */
function decodeBinary(file: string, bytes: Buffer, format: CifarFormat): CifarRecords {
  const recordBytes = format.labelBytes + cifarImageBytes;
  if (bytes.length === 0 || bytes.length % recordBytes !== 0)
    throw new DatasetError(`${file} has ${bytes.length} bytes, not a multiple of a record's ${recordBytes}: ${remedy}`);
  const count = bytes.length / recordBytes;
  const labels = Array.from({ length: count }, (_, record) => bytes[record * recordBytes + format.labelBytes - 1]);
  checkLabels(file, labels, format);
  const pixels = new Uint8Array(count * cifarImageBytes);
  for (let record = 0; record < count; record++)
    interleave(bytes, record * recordBytes + format.labelBytes, pixels, record);
  return { labels, pixels };
}

/** A pickled dictionary with a list of labels and an array of one row an image: its three planes. */
function decodePickled(file: string, bytes: Buffer, format: CifarFormat): CifarRecords {
  const dictionary = readDictionary(file, bytes);
  const array = dictionary.get('data');
  const labels = dictionary.get(format.labelsKey);
  if (!(array instanceof PickledArray) || array.shape.length !== 2 || array.shape[1] !== cifarImageBytes)
    throw new DatasetError(`${file} has no array "data" of ${cifarImageBytes} bytes an image: ${remedy}`);
  const count = array.shape[0];
  if (!Array.isArray(labels) || labels.length !== count || count === 0)
    throw new DatasetError(
      `${file} has no list "${format.labelsKey}" with a class for each of its ${count} images: ${remedy}`,
    );
  checkLabels(file, labels, format);
  const rows = array.columnMajor ? transposed(array.data, count) : array.data;
  const pixels = new Uint8Array(count * cifarImageBytes);
  for (let record = 0; record < count; record++) interleave(rows, record * cifarImageBytes, pixels, record);
  return { labels, pixels };
}

function pickledNames(file: string, bytes: Buffer, { namesKey }: CifarFormat): string[] {
  const names = readDictionary(file, bytes).get(namesKey);
  const texts = Array.isArray(names) ? names.map(asText) : [];
  if (texts.length > 0 && texts.every((text) => text !== undefined)) return texts;
  throw new DatasetError(`${file} has no list "${namesKey}" of names: ${remedy}`);
}

function readDictionary(file: string, bytes: Buffer): ReadonlyMap<string, PickleValue> {
  try {
    const value = readPickle(bytes);
    if (value instanceof PickleDictionary) return value.entries;
  } catch (error) {
    if (error instanceof PickleError) throw new DatasetError(`${file} ${error.message}: ${remedy}`);
    throw error;
  }
  throw new DatasetError(`${file} holds no dictionary: ${remedy}`);
}

function checkLabels(
  file: string,
  labels: readonly PickleValue[],
  { classCount }: CifarFormat,
): asserts labels is number[] {
  const isClass = (label: PickleValue) =>
    Number.isInteger(label) && (label as number) >= 0 && (label as number) < classCount;
  const record = labels.findIndex((label) => !isClass(label));
  if (record < 0) return;
  const label = labels[record];
  const found = typeof label === 'number' ? `class ${label}` : 'a class that is no number';
  throw new DatasetError(`${file}: record ${record} has ${found}, but classes go to ${classCount - 1}: ${remedy}`);
}

/** Turns the three planes at `from` into pixels of an image. */
function interleave(planes: Uint8Array, from: number, pixels: Uint8Array, image: number): void {
  for (let i = 0, source = from, to = image * cifarImageBytes; i < planeBytes; i++, source++, to += 3) {
    pixels[to] = planes[source];
    pixels[to + 1] = planes[source + planeBytes];
    pixels[to + 2] = planes[source + 2 * planeBytes];
  }
}

/** Rows of an array that is stored column by column. */
function transposed(columns: Uint8Array, count: number): Uint8Array {
  const rows = new Uint8Array(columns.length);
  for (let column = 0; column < cifarImageBytes; column++)
    for (let row = 0; row < count; row++) rows[row * cifarImageBytes + column] = columns[column * count + row];
  return rows;
}
