import type { SettingValue } from '../experiment/flat-settings';
import type { RunRow } from './run-row';

/** Runs that differ in nothing but the seed. */
export interface SeedGroup {
  /** Indices of two or more runs. */
  runs: number[];
  /** Of each of them. */
  seeds: SettingValue[];
}

/** What a run is called changes nothing of it. */
const free = new Set(['seed', 'name']);

/** The groups of runs that differ in the seed alone, or in nothing, in the order of their first runs. */
export function seedGroups(rows: readonly Pick<RunRow, 'settings'>[]): SeedGroup[] {
  const groups = new Map<string, SeedGroup>();
  for (const [index, { settings }] of rows.entries()) {
    const fields = Object.entries(settings).filter(([path]) => !free.has(path));
    // Of an experiment that cannot be read nothing is known to be equal.
    if (fields.length === 0) continue;
    const key = JSON.stringify(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
    const group = groups.get(key) ?? { runs: [], seeds: [] };
    group.runs.push(index);
    group.seeds.push(settings.seed ?? null);
    groups.set(key, group);
  }
  return [...groups.values()].filter(({ runs }) => runs.length > 1);
}

/**
 * The runs of two groups that have the same seed, pair by pair.
 * @returns indices of runs; of a seed that one of the groups has twice none, since nothing says which belongs to which
 */
export function seedPairs(first: SeedGroup, second: SeedGroup): { seed: SettingValue; runs: [number, number] }[] {
  const only = ({ runs, seeds }: SeedGroup, seed: SettingValue) =>
    seeds.indexOf(seed) === seeds.lastIndexOf(seed) ? runs[seeds.indexOf(seed)] : undefined;
  return first.seeds.flatMap((seed) => {
    const [own, other] = [only(first, seed), only(second, seed)];
    return own === undefined || other === undefined ? [] : [{ seed, runs: [own, other] as [number, number] }];
  });
}
