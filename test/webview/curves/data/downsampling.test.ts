import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visibleIndices } from '../../../../webview/curves/data/downsampling';

const series = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.double({ min: 0, max: 9, noNaN: true }) }, fc.constant(Number.NaN)),
  {
    minLength: 1,
    maxLength: 2000,
  },
);

describe('visibleIndices', () => {
  test('of every pixel column the first, last, lowest and highest stay, and few others', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 60 }), (y, columns) => {
        const x = y.map((_, index) => index + 1);
        const indices = visibleIndices(x, y, columns, [0, y.length + 1]);
        expect([...indices]).toEqual([...new Set(indices)].sort((a, b) => a - b));
        if (y.length > columns * 4) expect(indices.length).toBeLessThanOrEqual((columns + 1) * 5);
        const columnOf = (index: number) => Math.floor(x[index]! * (columns / (y.length + 1)));
        const byColumn = new Map<number, number[]>();
        for (const index of y.keys()) byColumn.set(columnOf(index), [...(byColumn.get(columnOf(index)) ?? []), index]);
        const kept = new Set(indices);
        for (const members of byColumn.values()) {
          const values = members.map((index) => y[index]!).filter(Number.isFinite);
          const keptValues = members.filter((index) => kept.has(index)).map((index) => y[index]!);
          expect(kept.has(members[0]!)).toBe(true);
          expect(kept.has(members.at(-1)!)).toBe(true);
          expect(keptValues.some(Number.isNaN)).toBe(members.some((index) => Number.isNaN(y[index])));
          if (values.length === 0) continue;
          expect(Math.min(...keptValues.filter(Number.isFinite))).toBe(Math.min(...values));
          expect(Math.max(...keptValues.filter(Number.isFinite))).toBe(Math.max(...values));
        }
      }),
    );
  });

  test('of a part in view only that and one neighbour on either side are given, as if nothing else were there', () => {
    fc.assert(
      fc.property(
        series,
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 2100, noNaN: true }),
        fc.double({ min: 0.5, max: 900, noNaN: true }),
        (values, columns, from, span) => {
          const y = Float64Array.from(values);
          const x = Float64Array.from(y, (_, index) => index + 1);
          const range = [from, from + span] as const;
          const indices = visibleIndices(x, y, columns, range);
          const inView = [...x.keys()].filter((index) => x[index]! >= range[0] && x[index]! <= range[1]);
          const first = Math.max(0, (inView[0] ?? x.findLastIndex((value) => value < from) + 1) - 1);
          const last = Math.min(y.length, (inView.at(-1) ?? first) + 2);
          expect(indices.every((index) => index >= first && index < last)).toBe(true);
          expect([...indices].filter((index) => !inView.includes(index)).length).toBeLessThanOrEqual(2);
          const alone = visibleIndices(x.slice(first, last), y.slice(first, last), columns, range);
          expect([...indices]).toEqual([...alone].map((index) => index + first));
        },
      ),
    );
  });

  test('equally high values are found wherever blocks begin', () => {
    const y = new Float32Array(4096).fill(1);
    y[1000] = 7;
    y[1001] = -7;
    const x = Float32Array.from(y, (_, index) => index);
    for (const from of [0, 1, 15, 16, 17, 999, 1000]) {
      const kept = visibleIndices(x, y, 3, [from, 4095]);
      expect(kept).toContain(1000);
      expect(kept).toContain(1001);
    }
  });

  test('a short series stays whole', () => {
    expect([...visibleIndices([1, 2, 3], [5, 5, 5], 100, [0, 3])]).toEqual([0, 1, 2]);
    expect([...visibleIndices([], [], 100, [0, 1])]).toEqual([]);
  });

  test('100,000 steps are reduced to a few points a pixel', () => {
    const x = Array.from({ length: 100_000 }, (_, index) => index + 1);
    const y = x.map((step) => Math.sin(step));
    expect(visibleIndices(x, y, 1000, [0, 100_000]).length).toBeLessThanOrEqual(5005);
  });
});
