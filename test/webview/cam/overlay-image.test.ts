import { describe, expect, test } from 'vitest';
import { type ColourMapName, colourMapNames } from '../../../common/panels/cam/picture/colour-maps';
import { enlarge } from '../../../common/panels/cam/picture/enlarge';
import { rangeOf } from '../../../common/panels/cam/picture/normalize-map';
import { type CellStyle, differenceTable, tableOf } from '../../../webview/cam/cell-pixels';
import type { Grid } from '../../../webview/cam/explanation';
import { fillOverlay, fillPicture } from '../../../webview/cam/overlay-image';
import type { Picture } from '../../../webview/cam/picture-store';
import { overlayPixels } from './overlay-pixels';

/** A fixed series in [0, 1). */
function series(): () => number {
  let state = 7;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function randomPicture(size: number, next: () => number): Picture {
  return { size, pixels: Uint8Array.from({ length: size * size * 3 }, () => Math.floor(256 * next())) };
}

/** [side, side, 3], what the words are. */
const bytesOf = (words: Uint32Array) =>
  [...words].flatMap((word) => [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff]);

describe('a cell drawn in one pass', () => {
  const check = (picture: Picture, factor: number, grid: Grid, style: CellStyle) => {
    const words = new Uint32Array((picture.size * factor) ** 2);
    fillOverlay(words, picture, factor, grid, style);
    expect(bytesOf(words)).toEqual([...overlayPixels(picture, factor, grid, style)]);
    expect([...words].every((word) => word >>> 24 === 255)).toBe(true);
  };

  test.each([
    ['jet', 32, 4, 7, 7, 0.5],
    ['viridis', 32, 1, 4, 4, 0.35],
    ['magma', 7, 3, 2, 5, 0.05],
    ['inferno', 10, 2, 1, 1, 0.95],
    ['jet', 16, 2, 8, 8, 0],
    ['jet', 16, 2, 8, 8, 1],
  ] as const)(
    'is what the pass by pass drawing is, to the last bit: %s, %i px × %i, map %i × %i, opacity %d',
    (name, size, factor, height, width, opacity) => {
      const next = series();
      const values = Float32Array.from({ length: height * width }, () => 20 * next() - 5);
      const grid = { values, height, width };
      check(randomPicture(size, next), factor, grid, { table: tableOf(name), opacity, range: rangeOf(values) });
      // On a scale that is not its own, part of a map lies outside.
      const range = { minimum: 0, maximum: 10 };
      check(randomPicture(size, next), factor, grid, { table: tableOf(name), opacity, range });
      check(randomPicture(size, next), factor, grid, { table: differenceTable(), opacity, range });
    },
  );

  test('a constant map, and what is no number, are the lowest colour', () => {
    const next = series();
    for (const values of [
      [2, 2, 2, 2],
      [1, Number.NaN, Number.POSITIVE_INFINITY, 0],
    ]) {
      const style = { table: tableOf(colourMapNames[0] as ColourMapName), opacity: 0.5, range: rangeOf(values) };
      check(randomPicture(8, next), 2, { values, height: 2, width: 2 }, style);
    }
  });

  test('an original is its picture, each pixel a block', () => {
    const picture = randomPicture(5, series());
    const words = new Uint32Array(15 ** 2);
    fillPicture(words, picture, 3);
    expect(bytesOf(words)).toEqual([...enlarge(picture.pixels, 5, 3)]);
  });
});
