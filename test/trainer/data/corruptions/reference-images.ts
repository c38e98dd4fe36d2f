import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { decodeImage } from '../../../../trainer/data/images/decode';
import type { RgbImage } from '../../../../trainer/data/images/resize';

const repository = join(import.meta.dirname, '..', '..', '..', '..');
const dataFolder = process.env.MIXPROP_TEST_DATA ?? join(repository, '..', 'shared', 'data');
export const goldenFolder = join(repository, 'test', 'golden', 'corruptions');
/** Pictures of the original code: 224/ and 32/ with clean.png and <corruption>-<severity>.png. */
export const referenceFolder = join(dataFolder, 'corruption-refs');
export const hasReferences = existsSync(join(referenceFolder, '224', 'clean.png'));

export const reference = (size: number, name: string): Promise<RgbImage> =>
  decodeImage(join(referenceFolder, String(size), `${name}.png`));

/** The picture by formula of make-corruption-statistics.py. */
export function formulaImage(side: number): RgbImage {
  const data = new Uint8Array(side * side * 3);
  for (let y = 0, i = 0; y < side; y++) {
    for (let x = 0; x < side; x++, i += 3) {
      const inside = (x - 40) ** 2 + (y - 24) ** 2 < 200;
      const blue = Math.floor(((x * x + 3 * y * y) * 255) / (4 * (side - 1) * (side - 1)));
      const levels = [
        inside ? 240 : Math.floor((x * 255) / (side - 1)),
        (Math.floor(x / 8) + Math.floor(y / 8)) % 2 === 0 ? 200 : 60,
        inside ? 20 : blue,
      ];
      const texture = (37 * x + 57 * y + 13 * x * y) % 23;
      for (let channel = 0; channel < 3; channel++) data[i + channel] = Math.min(255, levels[channel] + texture);
    }
  }
  return { data, width: side, height: side };
}

/** One of five severities side by side. */
export function stripPart({ data, height }: RgbImage, severity: number, side: number): Uint8Array {
  const part = new Uint8Array(side * side * 3);
  for (let y = 0; y < height; y++) {
    const start = (y * 5 + severity - 1) * side * 3;
    part.set(data.subarray(start, start + side * 3), y * side * 3);
  }
  return part;
}

export function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, level, i) => sum + Math.abs(level - b[i]), 0) / a.length;
}
