import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packColumn, packTotal } from '../../../../common/panels/curves/pack-column';
import {
  emptyColumn,
  extended,
  packedLength,
  shortened,
  sumOfBranches,
} from '../../../../webview/curves/data/growing-column';

const anyNumber = fc.oneof(fc.double({ noDefaultInfinity: true }), fc.float({ noDefaultInfinity: true }), fc.integer());
/** Columns as runs have them: constants, counts, times that ascend, noise. */
const values = fc.oneof(
  fc.array(anyNumber),
  fc.tuple(anyNumber, fc.nat({ max: 100 })).map(([value, length]) => new Array<number>(length).fill(value)),
  fc
    .tuple(fc.integer(), fc.integer({ min: -5, max: 5 }), fc.nat({ max: 100 }))
    .map(([first, step, length]) => Array.from({ length }, (_, index) => first + index * step)),
  fc
    .array(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 70_000 }), fc.nat()))
    .map((differences) => differences.map((_, index) => differences.slice(0, index).reduce((sum, d) => sum + d, 1e12))),
);
// Zero has one sign here: no chart tells them apart.
const plain = (numbers: Iterable<number>) => [...numbers].map((value) => value + 0);

describe('columns on their way to the panel', () => {
  test('arrive as they were, in whatever parts and forms they come', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(values, fc.constantFrom('plain', 'packed', 'float32'))), (parts) => {
        let column = emptyColumn();
        const expected: number[] = [];
        for (const [part, form] of parts) {
          const sent = form === 'float32' ? part.map(Math.fround) : part;
          const message =
            form === 'plain'
              ? sent.map((value) => (Number.isNaN(value) ? null : value))
              : packColumn(form === 'packed' ? Float64Array.from(sent) : Float32Array.from(sent));
          expect(packedLength(message)).toBe(sent.length);
          column = extended(column, structuredClone(message));
          expected.push(...sent);
          expect(plain(column)).toEqual(plain(expected));
        }
        const length = Math.floor(expected.length / 2);
        expect(plain(shortened(column, length))).toEqual(plain(expected.slice(0, length)));
      }),
      { numRuns: 500 },
    );
  });

  test('steps, epochs and learning rates are a few numbers, times a byte each', () => {
    expect(packColumn(Float32Array.from({ length: 9000 }, (_, index) => index + 1))).toMatchObject({
      counts: Uint32Array.of(9000),
    });
    const rates = Float64Array.from({ length: 9000 }, (_, index) => (index < 5000 ? 0.1 : 0.01));
    expect(packColumn(rates)).toMatchObject({
      starts: Float64Array.of(0.1, 0.01),
      counts: Uint32Array.of(5000, 4000),
    });
    const times = Float64Array.from({ length: 9000 }, (_, index) => 1.7e12 + index * 20 + (index % 3));
    expect(packColumn(times)).toMatchObject({ differences: expect.any(Uint8Array) });
  });

  test('the total is left out where it follows from the branches', () => {
    const loss = fc.float({ min: 0, max: 10, noNaN: false });
    fc.assert(
      fc.property(fc.array(fc.tuple(loss, loss)), fc.constantFrom(1, 0.5), fc.boolean(), (pairs, factor, dual) => {
        const main = Float32Array.from(pairs, ([value]) => value);
        const aux = dual ? Float32Array.from(pairs, ([, value]) => value) : new Float32Array(0);
        const total = Float32Array.from(main, (value, index) => (value + (aux[index] ?? 0)) * factor);
        const packed = packTotal(total, main, aux);
        expect(packed).toHaveProperty('factor');
        if ('factor' in packed) expect(sumOfBranches(packed, main, aux, 0)).toEqual(total);
      }),
    );
    expect(packTotal(Float64Array.of(0.30000000000000004), [0.1], [0.2])).not.toHaveProperty('factor');
  });
});
