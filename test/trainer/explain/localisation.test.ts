import { describe, expect, test } from 'vitest';
import { rankCorrelation } from '../../../common/panels/cam/picture/rank-correlation';
import { focusOf, localise } from '../../../trainer/explain/localisation';
import { summariseLocalisation } from '../../../trainer/explain/localisation-summary';

/** A square grid of the image's own size: nothing is upsampled. */
const square = (...values: number[]) => ({ values, height: Math.sqrt(values.length), width: Math.sqrt(values.length) });

describe('a map and an object', () => {
  const grid = square(0, 2, 4, 0);

  test('pointing is 1 where the maximum lies on the object, and 0 elsewhere', () => {
    expect(localise(grid, [0, 0, 1, 0], 2)?.pointing).toBe(1);
    expect(localise(grid, [1, 1, 0, 1], 2)?.pointing).toBe(0);
  });

  test('a maximum that is a plateau counts with its share', () => {
    expect(localise(square(0, 4, 4, 0), [0, 0, 1, 0], 2)?.pointing).toBe(0.5);
  });

  test('energy is the share of the scaled map on the object', () => {
    expect(localise(grid, [0, 1, 0, 0], 2)?.energy).toBeCloseTo(0.5 / 1.5);
    // The scale begins at the least value, not at 0.
    expect(localise(square(10, 12, 14, 10), [0, 1, 0, 0], 2)?.energy).toBeCloseTo(0.5 / 1.5);
  });

  test('a constant map points nowhere', () => {
    expect(localise(square(1, 1, 1, 1), [1, 1, 0, 0], 2)).toBeUndefined();
    expect(focusOf(square(0), 4)).toBeUndefined();
  });

  test('the maximum of a coarse map is that of the upsampled one', () => {
    // The peak lies in the middle of the lower right quarter.
    const region = Array.from({ length: 64 }, (_, i) => (i % 8 >= 5 && Math.floor(i / 8) >= 5 ? 1 : 0));
    const localised = localise(square(0, 0, 0, 1), region, 8);
    expect(localised?.pointing).toBe(1);
    expect(localised?.energy).toBeGreaterThan(0.4);
  });
});

describe('focus', () => {
  test('area is the share of pixels from half of the range on', () => {
    expect(focusOf(square(0, 0.49, 0.5, 1), 2)?.area).toBe(0.5);
  });

  test('pieces that touch at a corner only are two', () => {
    expect(focusOf(square(1, 0, 0, 1), 2)?.regions).toBe(2);
  });

  test('a ring is one piece', () => {
    expect(focusOf(square(1, 1, 1, 1, 0, 1, 1, 1, 1), 3)?.regions).toBe(1);
  });

  test('rows do not run on into the next', () => {
    expect(focusOf(square(0, 0, 1, 1, 0, 0, 0, 0, 0), 3)?.regions).toBe(2);
  });
});

describe('rank correlation', () => {
  test('is 1 for the same order, −1 for the opposite one, whatever the values', () => {
    expect(rankCorrelation([1, 2, 3, 4], [10, 100, 1000, 10_000])).toBeCloseTo(1);
    expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, -9])).toBeCloseTo(-1);
  });

  // scipy.stats.spearmanr([1, 2, 2, 3, 5], [3, 1, 4, 4, 9])
  test('gives ties their mean rank', () => {
    expect(rankCorrelation([1, 2, 2, 3, 5], [3, 1, 4, 4, 9])).toBeCloseTo(0.7631578947368421, 12);
  });

  test('of a constant map is none', () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNaN();
  });
});

describe('a summary', () => {
  const found = { grids: { main: square(0, 0, 0, 1), aux: square(0, 0, 1, 0) }, region: [0, 0, 0, 1] };
  const unknown = { grids: { main: square(0, 1, 1, 0), aux: square(0, 1, 1, 0) } };

  test('has means over the images, of pointing and energy over those whose object is known', () => {
    expect(summariseLocalisation([found, unknown], 2)).toEqual({
      images: 2,
      withRegion: 1,
      main: { pointing: 1, energy: 1, area: 0.375, regions: 1.5 },
      aux: { pointing: 0, energy: 0, area: 0.375, regions: 1.5 },
      agreement: expect.closeTo((1 - 1 / 3) / 2, 5),
    });
  });

  test('leaves out what could not be measured', () => {
    const flat = { grids: { main: square(2, 2, 2, 2) } };
    expect(summariseLocalisation([flat], 2)).toEqual({ images: 1, withRegion: 0, main: {} });
  });
});
