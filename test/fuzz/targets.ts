import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { DatasetError } from '../../common/errors/dataset-error';
import { imageFormat } from '../../common/files/image-signature';
import { readSafetensors, SafetensorsError, writeSafetensors } from '../../common/weights/safetensors';
import { cifarFormats } from '../../trainer/data/cifar/cifar-format';
import { decodeCifarFile, decodeCifarNames } from '../../trainer/data/cifar/cifar-records';
import { parseClassList } from '../../trainer/data/class-list';
import { readArchive } from '../../trainer/data/formats/archive';
import { readNpyHeader, readNpyRows } from '../../trainer/data/formats/npy';
import { PickleDictionary, PickledArray, PickleError, readPickle } from '../../trainer/data/formats/pickle';
import { decodeBmp } from '../../trainer/data/images/bmp';
import { firstGifFrame } from '../../trainer/data/images/gif-frame';
import { jpegFrame } from '../../trainer/data/images/jpeg-frame';
import { PixelLimitError } from '../../trainer/data/images/pixel-limit';
import { readReferenceFile } from '../golden/reference-file';
import { tarOf } from '../trainer/data/formats/archive-files';
import { mutationsOf } from './mutations';

/** A reader of files from elsewhere. */
export interface FuzzTarget {
  /** Files made of sound ones. */
  files: fc.Arbitrary<Buffer>;
  /** Reads one. Throws if what is read is not as the format promises, or what is refused is not with the reader's own error. */
  check(bytes: Buffer): void | Promise<void>;
}

const golden = join(import.meta.dirname, '..', 'golden', 'cifar-python');
const pickles = () =>
  ['python2', 'python3'].flatMap((version) =>
    [
      'cifar-10-batches-py/data_batch_1',
      'cifar-10-batches-py/batches.meta',
      'cifar-100-python/train',
      'cifar-100-python/meta',
    ].map((name) => readFileSync(join(golden, version, name))),
  );

/** Runs a reader; false if it refuses with one of its own errors, anything else is thrown. */
function accepts(read: () => void, ...errors: (new (...args: never[]) => Error)[]): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (errors.some((type) => error instanceof type)) return false;
    throw error;
  }
}

/** A new file's path; the folder is removed when the process ends. */
function scratchFile(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-fuzz-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Instructions of the pickle reader in any order, with arguments. */
const anyInstructions = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'(}])t\x85\x86\x87suaeN\x88\x89Rb.').map((code) => Buffer.from(code, 'latin1')),
      fc.tuple(fc.constantFrom('q', 'h', 'K'), fc.nat(3)).map(([code, byte]) => Buffer.of(code.charCodeAt(0), byte)),
      fc
        .constantFrom('U\x02u1', 'X\x06\0\0\0latin1', 'X\x02\0\0\0\xc3\xa9', 'U\0', 'M\0\x0c')
        .map((text) => Buffer.from(text, 'latin1')),
      fc
        .constantFrom('numpy.core.multiarray\n_reconstruct', 'numpy\nndarray', 'numpy\ndtype', '_codecs\nencode')
        .map((name) => Buffer.from(`c${name}\n`)),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.concat([Buffer.of(0x80, 2), ...parts, Buffer.from('.')]));

function checkPickle(bytes: Buffer): void {
  let value: unknown;
  if (!accepts(() => (value = readPickle(bytes)), PickleError)) return;
  if (!(value instanceof PickleDictionary)) return;
  for (const item of value.entries.values()) {
    if (!(item instanceof PickledArray)) continue;
    const size = item.shape.reduce((product, length) => product * length, 1);
    demand(item.data.length === size && size <= bytes.length, 'an array is not as long as its shape says');
  }
}

function checkCifar(bytes: Buffer): void {
  for (const format of Object.values(cifarFormats)) {
    for (const form of ['binary', 'python'] as const) {
      accepts(() => {
        const { labels, pixels } = decodeCifarFile('file', bytes, form, format);
        demand(labels.length > 0 && pixels.length === labels.length * 3072, 'images without labels');
        demand(
          labels.every((label) => Number.isInteger(label) && label >= 0 && label < format.classCount),
          'a class out of range',
        );
      }, DatasetError);
      accepts(() => {
        const names = decodeCifarNames('file', bytes, form, format);
        demand(names.length === format.classCount && names.every((name) => typeof name === 'string'), 'names');
      }, DatasetError);
    }
  }
}

/** Image files of the formats of which something is read here, not by a library. */
function imageFiles(): Buffer[] {
  const references = readReferenceFile(join(golden, '..', 'image-files', 'image-files.safetensors'));
  return [...references].flatMap(([name, bytes]) =>
    /^(?:bmp|gif|jpeg)\/(?!cut).*(?<!:pixels)$/.test(name) ? Buffer.from(bytes as Uint8Array) : [],
  );
}

function checkImage(bytes: Buffer): void {
  switch (imageFormat(bytes)) {
    case 'BMP':
      try {
        const { data, width, height } = decodeBmp(bytes);
        demand(data.length === width * height * 3, 'pixels of another number');
      } catch (error) {
        const problem = error as Error;
        const isOwn = problem.constructor === Error || problem instanceof PixelLimitError;
        if (!isOwn || !/^(?:is|has) /.test(problem.message)) throw error;
      }
      return;
    case 'GIF': {
      const frame = firstGifFrame(bytes);
      if (frame?.flagsAt !== undefined) demand(frame.flagsAt < bytes.length, 'flags outside of the file');
      if (frame) demand(frame.left + frame.width <= frame.canvas.width, 'a frame outside of its canvas');
      return;
    }
    case 'JPEG': {
      const frame = jpegFrame(bytes);
      if (frame) demand(frame.components >= 0, 'no number of colours');
    }
  }
}

const npyHeader = (description: string, order: string, shape: string) => {
  const text = `{'descr': ${description}, 'fortran_order': ${order}, 'shape': ${shape}, }`.padEnd(117);
  const start = Buffer.from('\x93NUMPY\x01\0\0\0', 'latin1');
  start.writeUInt16LE(118, 8);
  return Buffer.concat([start, Buffer.from(`${text}\n`)]);
};

function safetensorsFile(): Buffer {
  const file = scratchFile('sound.safetensors');
  const tensors = new Map([
    ['conv.weight', { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ['bias', { shape: [], values: Float32Array.of(7) }],
    ['none', { shape: [0, 4], values: new Float32Array(0) }],
  ]);
  writeSafetensors(file, { tensors, metadata: { epoch: '3' } });
  return readFileSync(file);
}

const tarEntries = [
  { name: 'd/', type: '5' },
  { name: 'd/a.bin', data: Buffer.from('abc') },
  { name: 'pax', type: 'x', data: Buffer.from('17 path=d/c.bin\n\n') },
  { name: 'short', data: Buffer.alloc(600, 1) },
  { name: 'd/readme', data: Buffer.alloc(100) },
];

export const fuzzTargets: Record<string, () => FuzzTarget> = {
  pickle: () => ({ files: fc.oneof(mutationsOf(pickles()), anyInstructions), check: checkPickle }),

  cifar: () => {
    const record = Buffer.alloc(3074, 5);
    const binary = [record.subarray(1), record, Buffer.concat([record, record])];
    const names = Buffer.from(Array.from({ length: 10 }, (_, i) => `class ${i}`).join('\n'));
    return { files: mutationsOf([...pickles(), ...binary, names]), check: checkCifar };
  },

  image: () => ({ files: mutationsOf(imageFiles()), check: checkImage }),

  npy: () => {
    const file = scratchFile('any.npy');
    const corpus = [
      Buffer.concat([npyHeader("'|u1'", 'False', '(5, 4, 4, 3)'), Buffer.alloc(240, 9)]),
      Buffer.concat([npyHeader("'<i8'", 'False', '(5,)'), Buffer.alloc(40)]),
      Buffer.concat([npyHeader("'|u1'", 'True', '(2, 2)'), Buffer.alloc(4)]),
      Buffer.concat([npyHeader("'<f4'", 'False', '()'), Buffer.alloc(4)]),
    ];
    const check = (bytes: Buffer) => {
      writeFileSync(file, bytes);
      accepts(() => {
        const header = readNpyHeader(file);
        const [rows = 0, ...rest] = header.shape;
        const rowBytes = rest.reduce((product, length) => product * length, header.type === 'u1' ? 1 : 8);
        if (rows > 0) demand(readNpyRows(file, header, rows - 1, 1).length === rowBytes, 'a row of another length');
      }, DatasetError);
    };
    return { files: mutationsOf(corpus), check };
  },

  safetensors: () => {
    const file = scratchFile('any.safetensors');
    const check = (bytes: Buffer) => {
      writeFileSync(file, bytes);
      accepts(() => {
        for (const { shape, values } of readSafetensors(file).tensors.values())
          demand(
            values.length === shape.reduce((product, length) => product * length, 1),
            'a tensor of another length',
          );
      }, SafetensorsError);
    };
    return { files: mutationsOf([safetensorsFile()]), check };
  },

  tar: () => {
    const file = scratchFile('any.tar');
    const plain = tarOf(tarEntries);
    const limits = { maxMemberBytes: 2000, maxBytes: 20_000 };
    const check = async (bytes: Buffer) => {
      writeFileSync(file, bytes);
      let total = 0;
      try {
        for await (const { name, data } of readArchive(file, { wants: (path) => path.endsWith('.bin'), ...limits })) {
          demand(!name.startsWith('/') && !name.split('/').includes('..'), `the path ${name}`);
          total += data.length;
        }
      } catch (error) {
        if (!(error instanceof DatasetError)) throw error;
      }
      demand(total <= limits.maxBytes, 'more than is allowed');
    };
    return { files: mutationsOf([plain, gzipSync(plain)]), check };
  },

  'class-list': () => {
    const corpus = ['n01440764 tench\nn01443537\n', '# mine\r\ncat\tFelis\r\ndog\r\n', '\ufeffa\nb\n\nb\n..\n'].map(
      (text) => Buffer.from(text),
    );
    const check = (bytes: Buffer) => {
      accepts(() => {
        const { classes } = parseClassList('list', bytes);
        const names = classes.map(({ name }) => name);
        demand(new Set(names).size === names.length, 'a class twice');
        demand(
          names.every((name) => name !== '' && name !== '..' && !/[/\\]/.test(name)),
          'no name of a folder',
        );
      }, DatasetError);
    };
    return { files: mutationsOf(corpus), check };
  },
};
