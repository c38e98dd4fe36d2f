import type { SettingValue } from '../experiment/flat-settings';
import { type ComparedMetric, comparedMetrics, type MetricValues } from './compared-metrics';
import { type SeedGroup, seedPairs } from './seed-groups';
import type { EvaluatedRun } from './shared-evaluations';
import { bootstrapInterval } from './statistics/bootstrap';
import type { Interval } from './statistics/interval';
import { mean, standardDeviation } from './statistics/mean';
import { type PairedTest, pairedTTest } from './statistics/paired-t';

type NamedMetric = Pick<ComparedMetric, 'unit' | 'title'> & { metric: string };

/** A metric over the runs of a group. */
export interface SeedMean extends NamedMetric {
  /** Of each run of the group that counts; null where it was not finite. */
  values: (number | null)[];
  n: number;
  /** null where one of the values was not finite. */
  mean: number | null;
  /** Of the sample, with n − 1; null without mean, and for one run. */
  standardDeviation: number | null;
  /** 95 % percentile bootstrap interval of the mean; null without mean, and for one run. */
  interval: Interval | null;
}

/** A metric in two groups, run by run with the same seed. */
export interface SeedTest extends NamedMetric {
  /** Those that both groups have once, with a value in both. */
  seeds: SettingValue[];
  /** Mean of second − first; null where one of the values was not finite. */
  meanDifference: number | null;
  /** null without mean difference, and where all pairs differ by the same. */
  test: PairedTest | null;
}

/** Means over the runs of a group, of each metric that one of them has. */
export function seedMeans(group: SeedGroup, runs: readonly EvaluatedRun[]): SeedMean[] {
  const members = group.runs.map((index) => runs[index]);
  return comparedMetrics.flatMap(({ name, title, unit, valuesOf }) => {
    const values = counted(members, valuesOf(members)).filter((value) => value !== undefined);
    if (values.length === 0) return [];
    const finite = allFinite(values);
    return {
      metric: name,
      title,
      unit,
      values,
      n: values.length,
      mean: finite ? mean(finite) : null,
      standardDeviation: (finite && standardDeviation(finite)) ?? null,
      interval: (finite && bootstrapInterval(finite)) ?? null,
    };
  });
}

/** Paired t-tests of two groups, of each metric that two pairs of runs with the same seed have. */
export function testSeeds(first: SeedGroup, second: SeedGroup, runs: readonly EvaluatedRun[]): SeedTest[] {
  const pairs = seedPairs(first, second);
  const members = [0, 1].flatMap((side) => pairs.map((pair) => runs[pair.runs[side]]));
  return comparedMetrics.flatMap(({ name, title, unit, valuesOf }) => {
    const values = counted(members, valuesOf(members));
    const measured = pairs.flatMap(({ seed }, index) => {
      const [own, other] = [values[index], values[pairs.length + index]];
      return own === undefined || other === undefined ? [] : [{ seed, own, other }];
    });
    if (measured.length < 2) return [];
    const own = allFinite(measured.map((pair) => pair.own));
    const other = allFinite(measured.map((pair) => pair.other));
    return {
      metric: name,
      title,
      unit,
      seeds: measured.map(({ seed }) => seed),
      meanDifference: own && other ? mean(other) - mean(own) : null,
      test: (own && other && pairedTTest(own, other)) ?? null,
    };
  });
}

/** Runs with damaged records do not count: the best may be among what is missing. */
const counted = (runs: readonly EvaluatedRun[], values: MetricValues): MetricValues =>
  values.map((value, index) => (runs[index].row.problem === undefined ? value : undefined));

/** The values if all of them are finite. A mean of the others would hide a run that diverged. */
function allFinite(values: readonly (number | null)[]): number[] | undefined {
  const finite = values.filter((value) => value !== null);
  return finite.length === values.length ? finite : undefined;
}
