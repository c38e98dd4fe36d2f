import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fittingSize } from '../../../webview/cam/cell-size';
import { pictureSizes } from '../../../webview/cam/panel-state';

test.each([
  // Original and three columns in a wide window: as large as pictures get.
  [1600, 900, 4, 256],
  // The same beside an editor.
  [640, 900, 4, 148],
  // Original, main and aux of a run in the narrowest panel: no scrolling.
  [269, 800, 3, 78],
  // Many columns scroll.
  [1600, 900, 20, 112],
  // A low window: rows and a half.
  [1600, 600, 3, 142],
])('in %i × %i pixels %i columns have pictures of %i', (width, height, columns, expected) => {
  expect(fittingSize({ width, height }, columns)).toBe(expected);
});

test('sizes stay within what a person can choose, and columns fit unless pictures are as small as they get', () => {
  fc.assert(
    fc.property(fc.nat(4000), fc.nat(3000), fc.integer({ min: 2, max: 60 }), (width, height, columns) => {
      const size = fittingSize({ width, height }, columns);
      expect(size).toBeGreaterThanOrEqual(pictureSizes.min);
      expect(size).toBeLessThanOrEqual(pictureSizes.max);
      if (size > 112) expect(columns * (size + 11.5)).toBeLessThanOrEqual(width);
    }),
  );
});
