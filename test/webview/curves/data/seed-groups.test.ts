import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meanBand } from '../../../../webview/curves/data/mean-band';
import { commonName, groupBySeed } from '../../../../webview/curves/data/seed-groups';
import { panelRun } from '../panel-run-fixture';

const run = (runKey: string, settings: Record<string, string | number> | undefined) => {
  const made = panelRun({ runKey, main: [1] });
  return { ...made, header: { ...made.header, name: runKey, settings } };
};

describe('groups of seeds', () => {
  test('runs that differ in seed and name alone are one', () => {
    const groups = groupBySeed([
      run('a-1', { seed: 1, name: 'a', 'method.type': 'mixprop' }),
      run('b-1', { seed: 1, name: 'b', 'method.type': 'vanilla' }),
      run('a-2', { name: 'a', 'method.type': 'mixprop', seed: 2 }),
      run('x', undefined),
      run('y', undefined),
    ]);
    expect(groups.map(({ runKey, runs, label }) => [runKey, runs.length, label])).toEqual([
      ['a-1', 2, 'a (2 seeds)'],
      ['b-1', 1, 'b-1'],
      ['x', 1, 'x'],
      ['y', 1, 'y'],
    ]);
  });

  test('a group goes by what its names have in common', () => {
    expect(commonName(['mixprop-seed-1', 'mixprop-seed-2'])).toBe('mixprop');
    expect(commonName(['alpha_s1', 'alpha_s2'])).toBe('alpha');
    expect(commonName(['one', 'two'])).toBe('one');
    expect(commonName(['same', 'same'])).toBe('same');
  });
});

describe('mean ± deviation', () => {
  test('equals mean and sample standard deviation of the values at each step', () => {
    const value = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 20 }), (rows) => {
        const x = rows.map((_, index) => index + 1);
        const members = [0, 1, 2].map((member) => ({ x, y: rows.map((row) => row[member]!) }));
        const { mean, low, high } = meanBand(members);
        rows.forEach((row, at) => {
          const average = (row[0] + row[1] + row[2]) / 3;
          const deviation = Math.sqrt(row.reduce((sum, entry) => sum + (entry - average) ** 2, 0) / 2);
          expect(mean[at]).toBeCloseTo(average, 9);
          expect(high[at]! - mean[at]!).toBeCloseTo(deviation, 9);
          expect(mean[at]! - low[at]!).toBeCloseTo(deviation, 9);
        });
      }),
    );
  });

  test('members count as far as they go, between their places with the straight line, and gaps do not count', () => {
    const { x, mean, high } = meanBand([
      { x: [1, 2, 3, 4], y: [1, 1, 1, 5] },
      { x: [1, 3], y: [3, 7] },
      { x: [1, 2, 3, 4], y: [2, Number.NaN, Number.NaN, Number.NaN] },
    ]);
    expect([...Array.from(x)]).toEqual([1, 2, 3, 4]);
    expect([...mean]).toEqual([2, 3, 4, 5]);
    expect(high[3]).toBe(5);
  });
});
