import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type NamedTensor,
  readSafetensors,
  SafetensorsError,
  writeSafetensors,
} from '../../../trainer/run/safetensors';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'a.safetensors');

/** A file with the given header and data. */
function writeRaw(header: unknown, data: Buffer): void {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([length, text, data]));
}

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
      'cut short',
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
      'unknown type F8',
    ],
    [
      'a negative shape',
      () => writeRaw({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, Buffer.alloc(4)),
      'no valid dtype',
    ],
  ])('%s is refused', (_, write, message) => {
    write();
    expect(() => readSafetensors(file)).toThrow(SafetensorsError);
    expect(() => readSafetensors(file)).toThrow(message);
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
