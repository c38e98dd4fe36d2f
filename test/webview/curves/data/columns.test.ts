import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { highest, last, lowerBound, nearestIndex, spanInView } from '../../../../webview/curves/data/columns';

const ascending = fc
  .array(fc.integer({ min: -50, max: 50 }), { maxLength: 40 })
  .map((values) => values.sort((a, b) => a - b));

describe('columns', () => {
  test('binary search finds what a search through all finds', () => {
    fc.assert(
      fc.property(ascending, fc.integer({ min: -60, max: 60 }), (column, value) => {
        const first = column.findIndex((entry) => entry >= value);
        expect(lowerBound(column, value)).toBe(first < 0 ? column.length : first);
        if (column.length === 0) expect(nearestIndex(column, value)).toBe(-1);
        else {
          const least = Math.min(...column.map((entry) => Math.abs(entry - value)));
          expect(Math.abs(column[nearestIndex(column, value)]! - value)).toBe(least);
        }
      }),
    );
  });

  test('the view holds what is in it and one neighbour on either side', () => {
    expect(spanInView([1, 2, 3, 4, 5, 6], [3, 4])).toEqual([1, 5]);
    expect(spanInView([1, 2, 3], [0, 9])).toEqual([0, 3]);
    expect(spanInView([1, 2, 3], [2.2, 2.8])).toEqual([1, 3]);
    expect(spanInView([], [0, 1])).toEqual([0, 0]);
  });

  test('last and highest', () => {
    expect(last([1, 5, 3])).toBe(3);
    expect(last([])).toBeUndefined();
    expect(highest([1, Number.NaN, 5, 5])).toEqual({ index: 2, value: 5 });
    expect(highest([Number.NaN])).toBeUndefined();
  });
});
