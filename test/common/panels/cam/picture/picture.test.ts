import { describe, expect, test } from 'vitest';
import { colourMapNames, colourTable } from '../../../../../common/panels/cam/picture/colour-maps';
import { normalizeMap, rangeOf } from '../../../../../common/panels/cam/picture/normalize-map';
import { blend, colourMapPixels } from '../../../../../common/panels/cam/picture/overlay';
import { upsample } from '../../../../../common/panels/cam/picture/upsample';

describe('a map is scaled to [0, 1]', () => {
  test('by its own range', () => {
    expect([...normalizeMap([-2, 0, 2])]).toEqual([0, 0.5, 1]);
  });

  test('by a range that several share, clipped to it', () => {
    const range = rangeOf([0, 4], [2, 8]);
    expect(range).toEqual({ minimum: 0, maximum: 8 });
    expect([...normalizeMap([2, 16, -1], range)]).toEqual([0.25, 1, 0]);
  });

  test.each([[[3, 3, 3]], [[0, 0]], [[]], [[Number.NaN, Number.NaN]]])('%j becomes zeros, not NaN', (map) => {
    expect([...normalizeMap(map)]).toEqual(map.map(() => 0));
  });

  test('numbers that are none become 0 and leave the others', () => {
    expect([...normalizeMap([Number.NaN, 1, 3, Number.POSITIVE_INFINITY])]).toEqual([0, 0, 1, 1]);
  });
});

describe('upsampling', () => {
  test('has half-pixel centres and repeats edges', () => {
    expect([...upsample([0, 4], 1, 2, 1, 4)]).toEqual([0, 1, 3, 4]);
  });

  test('keeps a map of the right size', () => {
    expect([...upsample([1, 2, 3, 4], 2, 2, 2, 2)]).toEqual([1, 2, 3, 4]);
  });

  test('spreads a single value', () => {
    expect([...upsample([5], 1, 1, 2, 3)]).toEqual([5, 5, 5, 5, 5, 5]);
  });
});

test('JET goes from dark blue over green to dark red', () => {
  const table = colourTable('jet');
  const at = (level: number) => [...table.subarray(3 * level, 3 * level + 3)];
  expect(at(0)).toEqual([0, 0, 128]);
  expect(at(255)[0]).toBeCloseTo(128, -0.5);
  expect(at(255).slice(1)).toEqual([0, 0]);
  expect(at(128)[1]).toBe(255);
});

test.each(colourMapNames)('%s has a colour for each of the 256 levels, and 1 is the last', (name) => {
  const table = colourTable(name);
  expect(table).toHaveLength(256 * 3);
  expect([...colourMapPixels([1], table)]).toEqual([...table.subarray(255 * 3)]);
});

test('opacity blends colours over the image', () => {
  const image = Uint8Array.of(0, 100, 200);
  const colours = Uint8Array.of(255, 0, 100);
  expect([...blend(image, colours, 0)]).toEqual([...image]);
  expect([...blend(image, colours, 1)]).toEqual([...colours]);
  expect([...blend(image, colours, 0.5)]).toEqual([128, 50, 150]);
});
