import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type NamedTensor,
  OtherFileError,
  readSafetensors,
  readSafetensorsHeader,
  SafetensorsError,
  writeSafetensors,
} from '../../../common/weights/safetensors';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'a.safetensors');

/** A file with the given header and data. */
function writeRaw(header: unknown, data: Buffer): void {
  const text = Buffer.isBuffer(header)
    ? header
    : Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([length, text, data]));
}

/** The beginning of a zip archive whose first file has this name. */
function zipOf(name: string): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name)]);
}

/** The header entry of one float. */
const scalarAt = (begin: number) => ({ dtype: 'F32', shape: [], data_offsets: [begin, begin + 4] });

const tensors: fc.Arbitrary<Map<string, NamedTensor>> = fc
  .dictionary(
    fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
    fc.tuple(fc.array(fc.nat(4), { maxLength: 3 }), fc.float({ noNaN: false })),
  )
  .map(
    (entries) =>
      new Map(
        Object.entries(entries).map(([name, [shape, value]]) => {
          const size = shape.reduce((product, length) => product * length, 1);
          return [name, { shape, values: Float32Array.from({ length: size }, (_, i) => value + i) }];
        }),
      ),
  );

describe('safetensors', () => {
  test('what is written is read back to the bit', () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (written, metadata) => {
        fc.pre(!('__proto__' in metadata && Object.keys(metadata).includes('__proto__')));
        writeSafetensors(file, { tensors: written, metadata });
        const read = readSafetensors(file);
        expect(read.tensors).toEqual(written);
        expect(read.metadata).toEqual(metadata);
      }),
    );
  });

  test('the data begins at a multiple of 8 bytes', () => {
    writeSafetensors(file, { tensors: new Map([['é', { shape: [1], values: Float32Array.of(1) }]]), metadata: {} });
    expect((8 + Number(readFileSync(file).readBigUInt64LE())) % 8).toBe(0);
  });

  test('16-bit and 64-bit floats become float32, integers are left out', () => {
    const data = Buffer.alloc(2 + 2 + 8 + 8);
    data.writeUInt16LE(0x3e00, 0); // 1.5 as F16
    data.writeUInt16LE(0xc020, 2); // −2.5 as BF16
    data.writeDoubleLE(0.25, 4);
    data.writeBigInt64LE(7n, 12);
    const entry = (dtype: string, begin: number, end: number) => ({ dtype, shape: [1], data_offsets: [begin, end] });
    writeRaw({ h: entry('F16', 0, 2), b: entry('BF16', 2, 4), d: entry('F64', 4, 12), n: entry('I64', 12, 20) }, data);
    const read = [...readSafetensors(file).tensors].map(([name, { values }]) => [name, values[0]]);
    expect(read).toEqual([
      ['h', 1.5],
      ['b', -2.5],
      ['d', 0.25],
    ]);
  });

  test.each([
    [
      'a header that lies about its length',
      () => writeFileSync(file, Buffer.from([255, 0, 0, 0, 0, 0, 0, 0, 123, 125])),
      'is cut off: its header alone has 255 bytes, the file 10',
    ],
    ['a header that is not JSON', () => writeRaw('{"a"', Buffer.alloc(0)), 'not JSON'],
    ['a file of 3 bytes', () => writeFileSync(file, 'abc'), 'only 3 bytes'],
    [
      'a range outside the file',
      () => writeRaw({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, Buffer.alloc(4)),
      '"a" lies outside',
    ],
    [
      'a range that does not fit the shape',
      () => writeRaw({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }, Buffer.alloc(8)),
      'should have 12 bytes',
    ],
    [
      'overlapping ranges',
      () =>
        writeRaw(
          {
            a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
            b: { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
          },
          Buffer.alloc(8),
        ),
      '"a" and "b" overlap',
    ],
    [
      'an unknown type',
      () => writeRaw({ a: { dtype: 'F8', shape: [1], data_offsets: [0, 1] } }, Buffer.alloc(1)),
      'tensor "a" has the type F8, which is not read: save it as float32',
    ],
    [
      'a negative shape',
      () => writeRaw({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, Buffer.alloc(4)),
      'no valid dtype',
    ],
    [
      'a range that ends before it begins',
      () => writeRaw({ a: { dtype: 'F32', shape: [1], data_offsets: [8, 4] } }, Buffer.alloc(8)),
      '"a" lies outside',
    ],
    [
      'bytes between two tensors that belong to none',
      () => writeRaw({ a: scalarAt(0), b: scalarAt(8) }, Buffer.alloc(12)),
      'bytes 4 to 8 of the data, before tensor "b", belong to no tensor',
    ],
    [
      'bytes before the first tensor',
      () => writeRaw({ a: scalarAt(4) }, Buffer.alloc(8)),
      'bytes 0 to 4 of the data, before tensor "a", belong to no tensor',
    ],
    [
      'bytes after the last tensor',
      () => writeRaw({ a: scalarAt(0) }, Buffer.alloc(7)),
      'the last 3 bytes of the file belong to no tensor',
    ],
    [
      'a name that comes twice',
      () => writeRaw(`{"a":${JSON.stringify(scalarAt(0))},"\\u0061":${JSON.stringify(scalarAt(4))}}`, Buffer.alloc(8)),
      'its header has "a" twice',
    ],
    [
      'metadata that are no text',
      () => writeRaw({ __metadata__: { epoch: 1 } }, Buffer.alloc(0)),
      'the metadata "epoch" is not text',
    ],
    ['a header that is a list', () => writeRaw([], Buffer.alloc(0)), 'its header is not an object'],
    ['a header that begins with a space', () => writeRaw(' {}', Buffer.alloc(0)), 'its header is not an object'],
    [
      'a header that is not UTF-8',
      () => writeRaw(Buffer.from([0x7b, 0xff, 0x7d]), Buffer.alloc(0)),
      'not JSON in UTF-8',
    ],
  ])('%s is refused', (_, write, message) => {
    write();
    expect(() => readSafetensors(file)).toThrow(SafetensorsError);
    expect(() => readSafetensors(file)).toThrow(message);
  });

  test('the header is read alone, and of the tensors those that are wanted', () => {
    writeRaw({ a: { ...scalarAt(0), dtype: 'F8_E4M3', shape: [4] }, b: scalarAt(4) }, Buffer.alloc(8));
    expect(readSafetensorsHeader(file).entries).toMatchObject([
      { name: 'a', type: 'F8_E4M3', shape: [4] },
      { name: 'b', type: 'F32', shape: [] },
    ]);
    expect([...readSafetensors(file, (name) => name === 'b').tensors.keys()]).toEqual(['b']);
  });

  test.each<[string, Buffer, ...string[]]>([
    ['nothing', Buffer.alloc(0), 'it is empty; download the file again'],
    ['a pointer of Git LFS', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), 'git lfs pull'],
    [
      'torch.save',
      zipOf('archive/data.pkl'),
      'a file of PyTorch’s torch.save',
      'python -c',
      `${file.replace('.safetensors', '-converted.safetensors')}`,
    ],
    [
      'torch.save before 1.6',
      Buffer.from('80028a0a6cfc9c46f9206aa8', 'hex'),
      'a file of PyTorch’s torch.save',
      'weights_only=True',
    ],
    [
      'the list of a checkpoint’s parts',
      Buffer.from('{"metadata": {}, "weight_map": {"a": "b"}}'),
      'the index of a checkpoint in several files',
      'python -c',
    ],
  ])('%s in its place is named with the remedy', (_, bytes, ...words) => {
    writeFileSync(file, bytes);
    expect(() => readSafetensors(file)).toThrow(OtherFileError);
    for (const word of words) expect(() => readSafetensorsHeader(file)).toThrow(word);
  });

  test('names inside metadata and entries may come as often as they like, empty tensors take no bytes', () => {
    const empty = { dtype: 'F32', shape: [0, 3], data_offsets: [4, 4] };
    const metadata = { a: '"b":{', dtype: 'x', shape: 'y' };
    writeRaw(
      { __metadata__: metadata, a: scalarAt(0), dtype: empty, shape: scalarAt(4), 'é": {': empty },
      Buffer.alloc(8),
    );
    const read = readSafetensors(file);
    expect(read.metadata).toEqual(metadata);
    expect([...read.tensors.keys()]).toEqual(['a', 'dtype', 'shape', 'é": {']);
    expect(read.tensors.get('dtype')).toEqual({ shape: [0, 3], values: new Float32Array(0) });
  });

  test('any bytes give tensors or a SafetensorsError', () => {
    const headers = fc.oneof(
      fc.json(),
      fc
        .dictionary(
          fc.string(),
          fc.record(
            {
              dtype: fc.constantFrom('F32', 'F16', 'I64', 'x'),
              shape: fc.array(fc.integer({ min: -1, max: 5 })),
              data_offsets: fc.array(fc.integer({ min: -1, max: 40 }), { maxLength: 3 }),
            },
            { requiredKeys: [] },
          ),
        )
        .map((h) => JSON.stringify(h)),
    );
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 40 }), fc.option(fc.uint8Array()), (header, data, garbage) => {
        if (garbage) writeFileSync(file, garbage);
        else writeRaw(header, Buffer.from(data));
        try {
          readSafetensors(file);
        } catch (error) {
          expect(error).toBeInstanceOf(SafetensorsError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
