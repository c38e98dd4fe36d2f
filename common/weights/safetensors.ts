import { fstatSync } from 'node:fs';
import { endianness } from 'node:os';
import * as z from 'zod';
import { reasonOf } from '../errors/system-error';
import { writeAtomically } from '../files/atomic-write';
import { fileKind, fileStartBytes } from '../files/file-kind';
import { readBytes, withFile } from '../files/read-bytes';
import { mergeShards, toSafetensors } from './python-lines';

/** A float32 tensor in row-major order. */
export interface NamedTensor {
  shape: number[];
  values: Float32Array;
}

export interface SafetensorsFile {
  tensors: Map<string, NamedTensor>;
  metadata: Record<string, string>;
}

/** What the header says of a tensor. */
export interface TensorEntry {
  name: string;
  /** "F32", "I64". */
  type: string;
  shape: number[];
}

/** A file that is not what the safetensors format allows. The message names the file and the tensor. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

/** A file of another kind. The message says which, and what to do. */
export class OtherFileError extends SafetensorsError {}

/** Larger headers are refused, as by the reference implementation. */
const maxHeaderBytes = 100_000_000;

/**
 * Writes a safetensors file (huggingface/safetensors format: length, JSON header, data), complete or not at all: under
 * another name first, then renamed.
 *
 * @throws RunWriteError
 */
export function writeSafetensors(file: string, { tensors, metadata }: SafetensorsFile): void {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = JSON.stringify(header);
  // The data begins at a multiple of 8 bytes: the header is padded with spaces.
  const text = Buffer.from(json.padEnd(json.length + ((8 - (Buffer.byteLength(json) % 8)) % 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.byteLength));
  const data = Array.from(tensors.values(), ({ values }) => littleEndianBytes(values));
  writeAtomically(file, [length, text, ...data]);
}

/**
 * Reads the float tensors of a safetensors file; F16, BF16 and F64 become float32, integers (such as
 * `num_batches_tracked`) are left out.
 *
 * @param wants which tensors to read, by name
 * @throws SafetensorsError naming what is wrong: a lying header, a name that comes twice, ranges that overlap or leave bytes
 * out, an unknown type
 */
export function readSafetensors(file: string, wants: (name: string) => boolean = () => true): SafetensorsFile {
  return withHeader(file, ({ entries, metadata }, read) => {
    const tensors = new Map<string, NamedTensor>();
    for (const { name, type, shape, begin, end } of entries) {
      if (!wants(name)) continue;
      const known = types[type];
      if (known === undefined) {
        throw new SafetensorsError(
          `${file}: tensor "${name}" has the type ${type}, which is not read: save it as float32 (in PyTorch, tensor.float())`,
        );
      }
      if (known.decode) tensors.set(name, { shape, values: known.decode(read(begin, end - begin)) });
    }
    return { tensors, metadata };
  });
}

/** What a safetensors file says of its tensors, without reading them. @throws SafetensorsError, as `readSafetensors` */
export function readSafetensorsHeader(file: string): {
  entries: readonly TensorEntry[];
  metadata: Record<string, string>;
} {
  return withHeader(file, (header) => header);
}

/** Whether tensors of this type are read: others are left out or refused. */
export const isFloatType = (type: string): boolean => types[type]?.decode !== undefined;

interface HeaderEntry extends TensorEntry {
  begin: number;
  end: number;
}

interface Header {
  entries: HeaderEntry[];
  metadata: Record<string, string>;
}

/** Gives the header of a file, and a function that reads bytes of its data, to `use`. @throws SafetensorsError */
function withHeader<T>(file: string, use: (header: Header, read: (begin: number, length: number) => Buffer) => T): T {
  try {
    return withFile(file, (descriptor) => {
      const { size } = fstatSync(descriptor);
      const headerBytes = headerLength(file, readBytes(descriptor, 0, fileStartBytes), size);
      const header = parseHeader(file, readWhole(descriptor, 8, headerBytes), size - 8 - headerBytes);
      return use(header, (begin, length) => readWhole(descriptor, 8 + headerBytes + begin, length));
    });
  } catch (error) {
    if (error instanceof SafetensorsError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : reasonOf(error);
    throw new SafetensorsError(`cannot read ${file}: ${reason}`);
  }
}

/** @param start its first bytes @throws SafetensorsError where the file is another one, or ends before its header does */
function headerLength(file: string, start: Buffer, size: number): number {
  const length = start.length < 8 ? Number.POSITIVE_INFINITY : Number(start.readBigUInt64LE());
  const isPlausible = length <= maxHeaderBytes && (start.length === 8 || start[8] === brace);
  if (!isPlausible) refuseOtherKind(file, start);
  if (length + 8 <= size) return length;
  if (isPlausible) {
    throw new SafetensorsError(`${file} is cut off: its header alone has ${length} bytes, the file ${size}`);
  }
  const shown =
    start.length === 8 || size < 8 ? `has only ${size} bytes` : `begins with the bytes ${start.toString('hex', 0, 8)}`;
  throw new SafetensorsError(`${file} is not a safetensors file: it ${shown}`);
}

/** The header is a JSON object. */
const brace = 0x7b;

function refuseOtherKind(file: string, start: Buffer): void {
  const kind = fileKind(start);
  if (kind === undefined) return;
  const is = `${file} is not a safetensors file: it is ${kind.what}`;
  if (kind.form === 'pytorch') throw new OtherFileError(`${is}; convert it with\n  ${toSafetensors(file)}`);
  if (kind.form === 'shard-index') throw new OtherFileError(`${is}; put them together with\n  ${mergeShards(file)}`);
  throw new OtherFileError(`${is}; ${kind.remedy ?? 'save the weights as safetensors, under PyTorch’s names'}`);
}

const natural = z.int().min(0);
const tensorHeader = z.object({
  dtype: z.string(),
  shape: z.array(natural),
  data_offsets: z.tuple([natural, natural]),
});

function parseHeader(file: string, bytes: Buffer, dataBytes: number): Header {
  let text: string;
  let header: unknown;
  try {
    // A byte-order mark is not left out: the format has none.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    throw new SafetensorsError(`${file} is not a safetensors file: its header is not JSON in UTF-8`);
  }
  if (!text.startsWith('{'))
    throw new SafetensorsError(`${file} is not a safetensors file: its header is not an object`);
  const repeated = repeatedName(text);
  if (repeated !== undefined) throw new SafetensorsError(`${file}: its header has "${repeated}" twice`);
  const metadata: Record<string, string> = {};
  const entries: HeaderEntry[] = [];
  for (const [name, value] of Object.entries(header as object)) {
    if (name === '__metadata__') {
      for (const [key, item] of Object.entries(value ?? {})) {
        if (typeof item !== 'string') throw new SafetensorsError(`${file}: the metadata "${key}" is not text`);
        metadata[key] = item;
      }
      continue;
    }
    const { success, data } = tensorHeader.safeParse(value);
    if (!success)
      throw new SafetensorsError(`${file}: the header of tensor "${name}" has no valid dtype, shape and data_offsets`);
    const { dtype: type, shape } = data;
    const [begin, end] = data.data_offsets;
    if (begin > end || end > dataBytes) {
      throw new SafetensorsError(
        `${file}: tensor "${name}" lies outside the file (bytes ${begin} to ${end} of ${dataBytes}); the file may be cut short`,
      );
    }
    const size = shape.reduce((product, length) => product * length, 1);
    const width = types[type]?.bytes;
    if (width !== undefined && size * width !== end - begin) {
      throw new SafetensorsError(
        `${file}: tensor "${name}" of shape [${shape.join(', ')}] should have ${size * width} bytes, not ${end - begin}`,
      );
    }
    entries.push({ name, type, shape, begin, end });
  }
  checkRanges(file, entries, dataBytes);
  return { entries, metadata };
}

/** The first name at the top of a JSON object that comes twice: JSON.parse takes the last without a word. */
function repeatedName(json: string): string | undefined {
  const names = new Set<string>();
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}]/g)) {
    if (token === '{') depth++;
    else if (token === '}') depth--;
    else if (depth === 1 && token.endsWith(':')) {
      const name = JSON.parse(token.slice(0, -1)) as string;
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return undefined;
}

/** The format has every byte of the data in one tensor: none in two, none left out. */
function checkRanges(file: string, entries: readonly HeaderEntry[], dataBytes: number): void {
  let previous: HeaderEntry | undefined;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const { name, begin } = entry;
    const expected = previous?.end ?? 0;
    if (begin < expected) throw new SafetensorsError(`${file}: tensors "${previous?.name}" and "${name}" overlap`);
    if (begin > expected) {
      throw new SafetensorsError(
        `${file}: bytes ${expected} to ${begin} of the data, before tensor "${name}", belong to no tensor`,
      );
    }
    previous = entry;
  }
  const end = previous?.end ?? 0;
  if (end < dataBytes) {
    throw new SafetensorsError(`${file}: the last ${dataBytes - end} bytes of the file belong to no tensor`);
  }
}

type Decoder = (bytes: Buffer) => Float32Array;

/** The format's types: bytes of an element, and what makes floats of it; integers are left out. */
const types: Record<string, { bytes: number; decode?: Decoder } | undefined> = {
  F64: {
    bytes: 8,
    decode: (bytes) => Float32Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i)),
  },
  F32: {
    bytes: 4,
    decode: (bytes) => {
      if (endianness() !== 'LE') bytes.swap32();
      return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    },
  },
  F16: {
    bytes: 2,
    decode: (bytes) =>
      Float32Array.from({ length: bytes.length / 2 }, (_, i) => halfToFloat(bytes.readUInt16LE(2 * i))),
  },
  BF16: {
    bytes: 2,
    decode: (bytes) => {
      const words = Uint32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i) << 16);
      return new Float32Array(words.buffer);
    },
  },
  ...Object.fromEntries(['I64', 'U64'].map((type) => [type, { bytes: 8 }])),
  ...Object.fromEntries(['I32', 'U32'].map((type) => [type, { bytes: 4 }])),
  ...Object.fromEntries(['I16', 'U16'].map((type) => [type, { bytes: 2 }])),
  ...Object.fromEntries(['I8', 'U8', 'BOOL'].map((type) => [type, { bytes: 1 }])),
};

/** IEEE 754 binary16. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function littleEndianBytes(values: Float32Array): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32();
}

function readWhole(descriptor: number, position: number, length: number): Buffer {
  const bytes = readBytes(descriptor, position, length);
  if (bytes.length < length) throw new Error('it became shorter while it was read');
  return bytes;
}
