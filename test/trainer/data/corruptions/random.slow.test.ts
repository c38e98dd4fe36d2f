import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type CorruptionName,
  corruptionNames,
  type Severity,
  severities,
  strengthForSize,
} from '../../../../common/experiment/corruption-names';
import { corruptImage } from '../../../../trainer/data/corruptions/corrupt-image';
import { filterKernels } from '../../../../trainer/data/corruptions/filter-kernels';
import { RandomDraws } from '../../../../trainer/data/corruptions/random-draws';
import type { RgbImage } from '../../../../trainer/data/images/resize';
import { formulaImage, goldenFolder, hasReferences, reference } from './reference-images';

/** Least, largest, mean and deviation over 50 seeds of the original libraries, of one figure. */
type Spread = [number, number, number, number];
const { rows } = JSON.parse(readFileSync(join(goldenFolder, 'statistics.json'), 'utf8')) as {
  rows: Record<string, [Spread, Spread, Spread]>;
};
const randomNames = [...new Set(Object.keys(rows).map((key) => key.split('/')[1]))] as CorruptionName[];

/** Mean, standard deviation, mean absolute difference from the clean picture. */
function figures(made: Uint8Array, clean: Uint8Array): [number, number, number] {
  let [sum, squares, change] = [0, 0, 0];
  for (let i = 0; i < made.length; i++) {
    sum += made[i];
    squares += made[i] * made[i];
    change += Math.abs(made[i] - clean[i]);
  }
  const mean = sum / made.length;
  return [mean, Math.sqrt(squares / made.length - mean * mean), change / made.length];
}

function checkSpread(size: number, name: CorruptionName, image: RgbImage, seeds: number): void {
  const strength = strengthForSize(size);
  for (const severity of severities) {
    const found = Array.from({ length: seeds }, (_, seed) => {
      const corruption = { name, severity, strength, seed };
      return figures(corruptImage(image.data, image.height, image.width, corruption), image.data);
    });
    rows[`${size}/${name}/${severity}`].forEach(([least, largest, mean, deviation], i) => {
      const values = found.map((figure) => figure[i]);
      const where = `${size} px, ${name} ${severity}, figure ${i}`;
      const average = values.reduce((a, b) => a + b, 0) / seeds;
      const spread = Math.sqrt(values.reduce((a, b) => a + (b - average) ** 2, 0) / (seeds - 1));
      // Five standard errors of the difference of two means, and a twentieth of a level for rounding.
      const error = Math.sqrt(spread ** 2 / seeds + deviation ** 2 / 50);
      expect(Math.abs(average - mean), `${where}: mean`).toBeLessThan(5 * error + 0.05);
      expect(spread / deviation, `${where}: deviation`).toBeGreaterThan(0.5);
      expect(spread / deviation, `${where}: deviation`).toBeLessThan(2);
      const inside = values.filter((value) => value >= least - 0.05 && value <= largest + 0.05).length;
      expect(inside / seeds, `${where}: share within the original's range`).toBeGreaterThan(0.7);
    });
  }
}

test.each(randomNames)('%s of 64 px spreads as the original does', (name) => {
  checkSpread(64, name, formulaImage(64), 50);
});

describe.skipIf(!hasReferences)('the clean pictures of MIXPROP_TEST_DATA', () => {
  test.each(randomNames)('32 px: %s spreads as the original does', async (name) => {
    checkSpread(32, name, await reference(32, 'clean'), 50);
  });

  test.each(randomNames)('224 px: %s spreads as the original does', async (name) => {
    checkSpread(224, name, await reference(224, 'clean'), 12);
  });
});

describe('draws', () => {
  const image = formulaImage(40);
  const make = (name: CorruptionName, severity: Severity, seed: number) =>
    corruptImage(image.data, 40, 40, { name, severity, strength: 'cifar', seed });

  test.each(randomNames)('%s depends on the seed alone', (name) => {
    const first = make(name, 3, 7);
    expect(make(name, 3, 7)).toEqual(first);
    expect(make(name, 3, 8)).not.toEqual(first);
  });

  test('are the same on every machine', () => {
    const hash = createHash('sha256');
    for (const name of corruptionNames) for (const severity of severities) hash.update(make(name, severity, 5));
    expect(hash.digest('hex').slice(0, 16)).toBe('13f469b507aa5f85');
  });

  test('of normals have the moments and tails of a normal', () => {
    const values = new Float32Array(1_000_000);
    new RandomDraws(1, 'normals').fillNormals(values);
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 2);
    expect(moment(2)).toBeCloseTo(1, 2);
    expect(Math.abs(moment(3))).toBeLessThan(0.015);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.05);
    const beyond = (limit: number) => values.filter((value) => Math.abs(value) > limit).length / values.length;
    expect(Math.abs(beyond(1) - 0.31731)).toBeLessThan(0.002);
    expect(Math.abs(beyond(3.5) - 0.000465)).toBeLessThan(0.0001);
  });
});

test.each([
  [1, 1],
  [3, 2],
  [7, 33],
  [50, 20],
])('every corruption takes pictures of %i×%i pixels', (height, width) => {
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * 37) % 256);
  const before = pixels.slice();
  for (const name of corruptionNames)
    for (const severity of severities)
      for (const strength of ['imagenet', 'cifar'] as const) {
        const made = corruptImage(pixels, height, width, { name, severity, strength, seed: 1 });
        expect(made.length, `${name} ${severity}`).toBe(pixels.length);
        expect(pixels, `${name} ${severity} leaves its input alone`).toEqual(before);
      }
});

test.each(corruptionNames)('%s leaves nothing in the kernels’ memory', (name) => {
  const image = formulaImage(40);
  for (const severity of severities) {
    const endAfter = (rounds: number) => {
      for (let seed = 0; seed < rounds; seed++)
        corruptImage(image.data, 40, 40, { name, severity, strength: 'cifar', seed });
      return filterKernels().area(0);
    };
    const once = endAfter(1);
    // Borders differ from seed to seed. A field of the image's size a round would be ten times as much.
    expect(endAfter(31) - once, `severity ${severity}`).toBeLessThan(20_000);
  }
});

test('pixels that do not fit the size are refused', () => {
  const corruption = { name: 'fog', severity: 1, strength: 'cifar', seed: 0 } as const;
  expect(() => corruptImage(new Uint8Array(10), 2, 2, corruption)).toThrow('2×2 pixels has 12 values, not 10');
});
