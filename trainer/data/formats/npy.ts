import { fstatSync } from 'node:fs';
import { DatasetError } from '../../../common/errors/dataset-error';
import { reasonOf } from '../../../common/errors/system-error';
import { readBytes, withFile } from '../../../common/files/read-bytes';

/** What a `.npy` file holds, by its header: an array in row-major order ("C order"). */
export interface NpyHeader {
  /** uint8, or int64 with the lowest byte first. */
  type: 'u1' | 'i8';
  shape: number[];
  /** Where the data begin. Unit: bytes. */
  dataOffset: number;
}

/** Longest header that is read. Those of plain arrays have 118 bytes. */
const maxHeaderBytes = 4096;
const elementBytes = { u1: 1, i8: 8 };

/**
 * Reads the header of a numpy array file (versions 1 to 3 of the format) and checks that the file has as many bytes as it
 * says.
 *
 * @throws DatasetError naming the file and what is wrong: no npy file, another type or order, cut off
 */
export function readNpyHeader(file: string): NpyHeader {
  return withNpyFile(file, (descriptor) => {
    const { size } = fstatSync(descriptor);
    const header = parseNpyHeader(file, readBytes(descriptor, 0, Math.min(size, maxHeaderBytes + 12)));
    const expected = header.dataOffset + elementCount(header.shape) * elementBytes[header.type];
    if (size !== expected)
      throw new DatasetError(
        `${file} has ${size} bytes instead of ${expected}: it is ${size < expected ? 'cut off' : 'damaged'}; get it again`,
      );
    return header;
  });
}

/**
 * Reads `count` entries along the first axis, from entry `first`.
 *
 * @param header of the same file, from `readNpyHeader`
 * @returns their bytes, as they stand in the file
 * @throws DatasetError naming the file
 */
export function readNpyRows(file: string, header: NpyHeader, first: number, count: number): Buffer {
  const [length, ...rest] = header.shape;
  if (first < 0 || count < 0 || first + count > length) throw new RangeError(`rows ${first} to ${first + count}`);
  const rowBytes = elementCount(rest) * elementBytes[header.type];
  return withNpyFile(file, (descriptor) => {
    const bytes = readBytes(descriptor, header.dataOffset + first * rowBytes, count * rowBytes);
    if (bytes.length < count * rowBytes) throw new DatasetError(`${file} became shorter while it was read`);
    return bytes;
  });
}

/**
 * Parses the start of a `.npy` file: magic, version, length, and a Python dictionary with descr, fortran_order and shape.
 *
 * @param file for messages
 * @param bytes the file or its start
 * @throws DatasetError
 */
function parseNpyHeader(file: string, bytes: Buffer): NpyHeader {
  if (bytes.length < 10 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY')
    throw new DatasetError(`${file} is no .npy file: it does not begin with "\\x93NUMPY"`);
  const version = bytes[6];
  if (version < 1 || version > 3)
    throw new DatasetError(`${file} has version ${version} of the .npy format; versions 1 to 3 are read`);
  const textOffset = version === 1 ? 10 : 12;
  const textBytes = version === 1 ? bytes.readUInt16LE(8) : bytes.length < 12 ? 0 : bytes.readUInt32LE(8);
  if (textBytes > maxHeaderBytes || textOffset + textBytes > bytes.length)
    throw new DatasetError(`${file} is cut off or damaged: its header claims ${textBytes} bytes`);
  const text = bytes.toString('latin1', textOffset, textOffset + textBytes);
  const dictionary = /^\{ *((?:'\w+': *(?:'[^']*'|True|False|\([\d, ]*\)) *,? *){3})\} *\n?$/.exec(text)?.[1] ?? '';
  const field = (name: string, value: RegExp) =>
    new RegExp(`'${name}': *(${value.source})`).exec(dictionary)?.[1] ?? undefined;
  const description = field('descr', /'[^']*'/);
  const order = field('fortran_order', /True|False/);
  const shapeText = field('shape', /\([\d, ]*\)/);
  if (description === undefined || order === undefined || shapeText === undefined)
    throw new DatasetError(`${file} is damaged: its header is not that of a plain array (${text.trim().slice(0, 80)})`);
  const type = /^'(?:[|<]?(u1)|<(i8))'$/.exec(description);
  if (!type)
    throw new DatasetError(
      `${file} has the number type ${description}; images are '|u1' (uint8), labels '|u1' or '<i8'`,
    );
  if (order === 'True')
    throw new DatasetError(
      `${file} is in column-major order; save it with numpy.save(file, numpy.ascontiguousarray(a))`,
    );
  const lengths = shapeText.slice(1, -1).split(',');
  // (3,) has an empty end.
  if (lengths.at(-1)?.trim() === '') lengths.pop();
  const shape = lengths.map(Number);
  const isSound =
    lengths.every((length) => length.trim() !== '') && shape.every((length) => Number.isSafeInteger(length));
  if (!isSound || !Number.isSafeInteger(elementCount(shape) * 8))
    throw new DatasetError(`${file} is damaged: its shape is ${shapeText.slice(0, 80)}`);
  return { type: (type[1] ?? type[2]) as 'u1' | 'i8', shape, dataOffset: textOffset + textBytes };
}

const elementCount = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

function withNpyFile<T>(file: string, use: (descriptor: number) => T): T {
  try {
    return withFile(file, use);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new DatasetError(`${file} cannot be read: ${reasonOf(error)}`);
  }
}
