import type { SettingValue } from '../experiment/flat-settings';
import { type ComparedMetric, comparedMetrics } from './compared-metrics';
import { type SeedGroup, seedPairs } from './seed-groups';
import type { EvaluatedRun } from './shared-evaluations';
import { bootstrapInterval } from './statistics/bootstrap';
import type { Interval } from './statistics/interval';
import { mean, standardDeviation } from './statistics/mean';
import { type PairedTest, pairedTTest } from './statistics/paired-t';

type NamedMetric = Pick<ComparedMetric, 'unit' | 'title'> & { metric: string };

/** A metric over the runs of a group. */
export interface SeedMean extends NamedMetric {
  /** Of each run of the group; null where it has none, or it was not finite: the mean leaves such runs out. */
  values: (number | null)[];
  n: number;
  mean: number;
  /** Of the sample, with n − 1; null for one run. */
  standardDeviation: number | null;
  /** 95 % percentile bootstrap interval of the mean; null for one run. */
  interval: Interval | null;
}

/** A metric in two groups, run by run with the same seed. */
export interface SeedTest extends NamedMetric {
  /** Those that both groups have once, with a finite value. */
  seeds: SettingValue[];
  /** Mean of second − first. */
  meanDifference: number;
  /** null where all pairs differ by the same. */
  test: PairedTest | null;
}

/** Means over the runs of a group, of each metric that one of them has. */
export function seedMeans(group: SeedGroup, runs: readonly EvaluatedRun[]): SeedMean[] {
  const members = group.runs.map((index) => runs[index]);
  return comparedMetrics.flatMap(({ name, title, unit, valuesOf }) => {
    const values = valuesOf(members).map((value) => value ?? null);
    const finite = values.filter((value) => value !== null);
    if (finite.length === 0) return [];
    return {
      metric: name,
      title,
      unit,
      values,
      n: finite.length,
      mean: mean(finite),
      standardDeviation: standardDeviation(finite) ?? null,
      interval: bootstrapInterval(finite) ?? null,
    };
  });
}

/** Paired t-tests of two groups, of each metric that two pairs of runs with the same seed have. */
export function testSeeds(first: SeedGroup, second: SeedGroup, runs: readonly EvaluatedRun[]): SeedTest[] {
  const pairs = seedPairs(first, second);
  const members = [0, 1].map((side) => pairs.map((pair) => runs[pair.runs[side]]));
  return comparedMetrics.flatMap(({ name, title, unit, valuesOf }) => {
    const values = valuesOf(members.flat()).map((value) => value ?? null);
    const measured = pairs.flatMap(({ seed }, index) => {
      const [own, other] = [values[index], values[pairs.length + index]];
      return own === null || other === null ? [] : [{ seed, own, other }];
    });
    if (measured.length < 2) return [];
    const [own, other] = [measured.map((pair) => pair.own), measured.map((pair) => pair.other)];
    return {
      metric: name,
      title,
      unit,
      seeds: measured.map(({ seed }) => seed),
      meanDifference: mean(other) - mean(own),
      test: pairedTTest(own, other) ?? null,
    };
  });
}
