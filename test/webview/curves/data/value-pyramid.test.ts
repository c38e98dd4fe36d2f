import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LowHigh, ValuePyramid } from '../../../../webview/curves/data/value-pyramid';

const values = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.double({ min: -9, max: 9, noNaN: true }) },
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
  ),
  { maxLength: 1500 },
);
const partOf = (length: number): fc.Arbitrary<[number, number]> =>
  fc
    .tuple(fc.integer({ min: 0, max: length }), fc.integer({ min: 0, max: length }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
const withPart = values.chain((column) => fc.tuple(fc.constant(column), partOf(column.length)));

/** The slow way. */
function lowHigh(column: readonly number[], start: number, end: number): LowHigh {
  const finite = column.slice(Math.max(0, start), end).filter(Number.isFinite);
  return { low: Math.min(...finite), high: Math.max(...finite) };
}

describe('ValuePyramid', () => {
  test('gives the lowest and the highest value of any part', () => {
    fc.assert(
      fc.property(withPart, ([column, [start, end]]) => {
        expect(ValuePyramid.of(column).exact(start, end)).toEqual(lowHigh(column, start, end));
      }),
      { numRuns: 300 },
    );
  });

  test('near a part it looks at all of it, and at no more than half of its length on either side', () => {
    fc.assert(
      fc.property(withPart, ([column, [start, end]]) => {
        const found: LowHigh = { low: 0, high: 0 };
        const reachesOn = ValuePyramid.of(column).near(start, end, found);
        const inside = lowHigh(column, start, end);
        const half = (end - start) / 2;
        const around = lowHigh(column, Math.ceil(start - half), Math.floor(end + half));
        expect(found.low).toBeLessThanOrEqual(inside.low);
        expect(found.low).toBeGreaterThanOrEqual(around.low);
        expect(found.high).toBeGreaterThanOrEqual(inside.high);
        expect(found.high).toBeLessThanOrEqual(around.high);
        if (!reachesOn) expect(found.low).toBeGreaterThanOrEqual(lowHigh(column, Math.ceil(start - half), end).low);
      }),
      { numRuns: 300 },
    );
  });

  test('is built once a column', () => {
    const column = new Float32Array(100);
    expect(ValuePyramid.of(column)).toBe(ValuePyramid.of(column));
  });
});
