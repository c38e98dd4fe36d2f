import { describe, expect, test } from 'vitest';
import { enlarge } from '../../../common/panels/cam/picture/enlarge';
import { hoverTable } from '../../../extension/explain/hover-table';
import type { BranchExplanation } from '../../../extension/explain/last-explanation';
import { decodePicture } from '../../../extension/explain/picture-png';
import { shownPicture } from '../../../extension/explain/shown-picture';
import { overlay } from '../../../trainer/explain/overlay-png';

/** Levels that no compression makes smaller. */
function noise(side: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: side * side * 3 }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state >> 16;
  });
}

const map = { values: Float32Array.from([0, 1, 2, 4]), height: 2, width: 2 };
const branches: BranchExplanation[] = [
  { branch: 'main', predicted: 'circle', confidence: 0.931, isRight: true, map },
  { branch: 'aux', predicted: 'a | [b](c)', confidence: 0.5, isRight: false },
];

const pictures = (table: string) => [...table.matchAll(/base64,([^\\]+)/g)].map(([, png]) => png ?? '');

describe('the table in the hover', () => {
  test('has the original and the branches side by side, with captions that are nothing but text', async () => {
    const lines = (await hoverTable({ pixels: noise(16), side: 16 }, 'circle', branches)).split('\n');
    const [titles, , images, names, confidences] = lines;
    expect(titles).toBe('| original | main | aux |');
    expect(images?.split(/(?<!\\)\|/)).toHaveLength(5);
    expect(names).toBe('| circle | circle | a \\| \\[b\\]\\(c\\) |');
    expect(confidences).toBe('|  | 93\\.1 \\% ✓ | 50\\.0 \\% ✗ |');
  });

  test('the overlay is that of the command line, over the enlarged picture; without a map it is the picture', async () => {
    const table = await hoverTable({ pixels: noise(16), side: 16 }, undefined, branches);
    const [original, main, aux] = await Promise.all(pictures(table).map((png) => decodePicture(png, 96)));
    expect(original).toEqual(enlarge(noise(16), 16, 6));
    expect(main).toEqual(overlay(original!, 96, map, { colourMap: 'jet', opacity: 0.5 }));
    expect(aux).toEqual(original);
  });

  test('stays below the length at which VS Code cuts a text, whatever the picture', async () => {
    const three = [branches[0]!, { ...branches[0]!, branch: 'aux' as const }];
    for (const side of [16, 96, 224]) {
      const table = await hoverTable({ pixels: noise(side), side }, 'circle', three);
      expect(table.length).toBeLessThan(96_000);
      expect(pictures(table)).toHaveLength(3);
    }
    // Noise does not fit at full size; a picture does.
    const noisy = pictures(await hoverTable({ pixels: noise(96), side: 96 }, 'circle', three));
    expect(await decodePicture(noisy[0]!, 64)).toBeDefined();
  });
});

describe('the size of a picture', () => {
  test('small ones are enlarged by a whole number, large ones reduced', () => {
    const sideOf = (side: number) => shownPicture({ pixels: noise(side), side }, 96).side;
    expect([16, 32, 64, 96, 97, 128, 224, 400].map(sideOf)).toEqual([96, 96, 64, 96, 96, 96, 96, 96]);
  });

  test('reducing averages: half the side is the mean of four pixels', () => {
    const pixels = noise(8);
    const half = shownPicture({ pixels, side: 8 }, 4).pixels;
    for (const [y, x, channel] of [
      [0, 0, 0],
      [1, 3, 1],
      [3, 2, 2],
    ] as const) {
      const at = (row: number, column: number) => pixels[((2 * y + row) * 8 + 2 * x + column) * 3 + channel]!;
      const mean = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4;
      expect(half[(y * 4 + x) * 3 + channel]).toBe(Math.round(mean));
    }
  });
});
