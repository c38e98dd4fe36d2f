import { describe, expect, test } from 'vitest';
import { differenceTable, enlargementFor, symmetricRange, tableOf } from '../../../webview/cam/cell-pixels';
import { overlayPixels } from './overlay-pixels';

const picture = { pixels: new Uint8Array(2 * 2 * 3).fill(100), size: 2 };
const grid = { values: [0, 1, 2, 4], height: 2, width: 2 };

describe('the pixels of a cell', () => {
  test('are the colours of the map over the picture', () => {
    const table = tableOf('jet');
    const pixels = overlayPixels(picture, 1, grid, { table, opacity: 1, range: { minimum: 0, maximum: 4 } });
    const levels = [0, Math.floor(255 / 4), Math.floor(255 / 2), 255];
    expect([...pixels]).toEqual(levels.flatMap((level) => [...table.subarray(3 * level, 3 * level + 3)]));
    const half = overlayPixels(picture, 1, grid, { table, opacity: 0.5, range: { minimum: 0, maximum: 4 } });
    expect(half[0]).toBe(Math.round(0.5 * table[0]! + 50));
    const none = overlayPixels(picture, 1, grid, { table, opacity: 0, range: { minimum: 0, maximum: 4 } });
    expect(none).toEqual(picture.pixels);
  });

  test('of a difference: no difference is in the middle, between blue and orange', () => {
    const table = differenceTable();
    const range = symmetricRange([[-1, 3], [2]]);
    expect(range).toEqual({ minimum: -3, maximum: 3 });
    const pixels = overlayPixels(
      picture,
      1,
      { values: [-3, 0, 0, 3], height: 2, width: 2 },
      { table, opacity: 1, range },
    );
    const [aux, none, main] = [0, 3, 9].map((at) => [...pixels.subarray(at, at + 3)] as [number, number, number]);
    expect(aux![2]).toBeGreaterThan(aux![0]);
    expect(main![0]).toBeGreaterThan(main![2]);
    expect(Math.max(...none!) - Math.min(...none!)).toBeLessThan(8);
    const flat = overlayPixels(
      picture,
      1,
      { values: [0, 0, 0, 0], height: 2, width: 2 },
      { table, opacity: 1, range: symmetricRange([[0]]) },
    );
    expect([...flat.subarray(0, 3)]).toEqual(none);
  });

  test('small pictures are enlarged by whole numbers', () => {
    expect([enlargementFor(32, 112), enlargementFor(224, 112), enlargementFor(64, 64)]).toEqual([4, 1, 1]);
  });
});
