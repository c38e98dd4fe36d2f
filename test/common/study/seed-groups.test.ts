import { expect, test } from 'vitest';
import type { RunRow } from '../../../common/study/run-row';
import { seedGroups, seedPairs } from '../../../common/study/seed-groups';

const row = (seed: number, other: Record<string, string | number> = {}) => ({ settings: { seed, ...other } });

test('runs belong together that differ in seed and name alone, whatever the order of their fields', () => {
  const rows: Pick<RunRow, 'settings'>[] = [
    { settings: { name: 'x', seed: 1, a: 1, b: 2 } },
    { settings: { a: 1, b: 3, seed: 1 } },
    { settings: { b: 2, a: 1, seed: 2, name: 'y' } },
  ];
  expect(seedGroups(rows)).toEqual([{ runs: [0, 2], seeds: [1, 2] }]);
});

test('of experiments that cannot be read nothing is known to be equal', () => {
  expect(seedGroups([{ settings: {} }, { settings: {} }])).toEqual([]);
});

test('pairs have the same seed, and none has a seed that a group has twice', () => {
  const rows = [row(1, { a: 1 }), row(2, { a: 1 }), row(3, { a: 1 }), row(3, { a: 2 }), row(2, { a: 2 })];
  const [first, second] = seedGroups([...rows, row(2, { a: 2 })]);
  expect(seedPairs(first, second)).toEqual([{ seed: 3, runs: [2, 3] }]);
  const [, shorter] = seedGroups(rows);
  expect(seedPairs(first, shorter)).toEqual([
    { seed: 2, runs: [1, 4] },
    { seed: 3, runs: [2, 3] },
  ]);
});
