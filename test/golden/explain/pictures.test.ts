import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ColourMapName, colourTable } from '../../../common/panels/cam/picture/colour-maps';
import { upsample } from '../../../common/panels/cam/picture/upsample';
import { overlay } from '../../../trainer/explain/overlay-png';
import { expectAgreement } from '../deviation';
import { readReferenceFile } from '../reference-file';

const stored = readReferenceFile(join(__dirname, 'pictures.safetensors'));
const cases = [...stored.keys()].flatMap((key) => /^(.*)\/grid$/.exec(key)?.slice(1) ?? []);

/** Of grey levels. */
function largestDifference(actual: ArrayLike<number>, reference: ArrayLike<number>): number {
  expect(actual.length).toBe(reference.length);
  return Math.max(...Array.from(actual, (level, i) => Math.abs(level - reference[i])));
}

function gridOf(name: string) {
  const [height, width, size] = name.split(/[x-]/).map(Number);
  return { grid: { values: stored.get(`${name}/grid`)!, height, width }, size };
}

test('there are grids to compare', () => {
  expect(cases.length).toBeGreaterThan(4);
});

test.each(cases)('upsampling of %s equals OpenCV’s resize', (name) => {
  const { grid, size } = gridOf(name);
  const actual = upsample(grid.values, grid.height, grid.width, size, size);
  expectAgreement(new Map([['map', actual]]), new Map([['map', stored.get(`${name}/upsampled`)!]]), 1e-6);
});

test.each(cases.filter((name) => stored.has(`${name}/overlay`)))(
  'the overlay of %s equals OpenCV’s within 1 grey level',
  (name) => {
    const { grid, size } = gridOf(name);
    const image = stored.get(`${name}/image`) as Uint8Array;
    const actual = overlay(image, size, grid, { colourMap: 'jet', opacity: 0.5 });
    expect(largestDifference(actual, stored.get(`${name}/overlay`)!)).toBeLessThanOrEqual(1);
  },
);

describe('colour maps', () => {
  test.each([
    ['jet', 1],
    ['viridis', 4],
    ['magma', 4],
    ['inferno', 4],
  ] as const)('%s is within %i grey levels of the original', (name: ColourMapName, levels) => {
    expect(largestDifference(colourTable(name), stored.get(name)!)).toBeLessThanOrEqual(levels);
  });
});
