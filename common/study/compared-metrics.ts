import type { BranchEvaluation } from '../run/evaluations';
import { cleanKey, corruptedKey, type EvaluatedRun, sharedEvaluations } from './shared-evaluations';

/** What a metric is of some runs: null where it was not finite, undefined where a run has none. */
export type MetricValues = (number | null | undefined)[];

/** A result that means and tests over seeds are made of. */
export interface ComparedMetric {
  /** What JSON calls it: "best.main.top1". */
  name: string;
  title: string;
  /** fraction: in [0, 1]. percent: in %, 100 for the baseline of mCE. nats: of a loss. */
  unit: 'fraction' | 'percent' | 'nats';
  /** All undefined where the runs have no measurement in common. */
  valuesOf(runs: readonly EvaluatedRun[]): MetricValues;
}

type Value = number | null | undefined;

const ofRows = (metricOf: (row: EvaluatedRun['row']) => Value): ComparedMetric['valuesOf'] => {
  return (runs) => runs.map(({ row }) => metricOf(row));
};

/** Of evaluations that can be compared, of the same checkpoint on the same images. */
const ofEvaluations = (
  branch: 'main' | 'aux',
  keyOf: typeof corruptedKey,
  metricOf: (branch: BranchEvaluation) => Value,
): ComparedMetric['valuesOf'] => {
  return (runs) => {
    const shared = sharedEvaluations(runs, (run, evaluation) =>
      evaluation.branches[branch] === undefined ? undefined : keyOf(run, evaluation),
    );
    return runs.map((_, index) => shared && metricOf(shared[index].evaluation.branches[branch]!));
  };
};

/** Every metric, in the order of tables. */
export const comparedMetrics: readonly ComparedMetric[] = (['main', 'aux'] as const).flatMap((branch) => [
  {
    name: `last.${branch}.top1`,
    title: `last top-1, ${branch}`,
    unit: 'fraction',
    valuesOf: ofRows((row) => row.last?.[branch]?.top1),
  },
  {
    name: `best.${branch}.top1`,
    title: `best top-1, ${branch}`,
    unit: 'fraction',
    valuesOf: ofRows((row) => (branch === 'main' ? row.best?.main.top1 : row.bestAuxTop1)),
  },
  {
    name: `last.${branch}.loss`,
    title: `last loss, ${branch}`,
    unit: 'nats',
    valuesOf: ofRows((row) => row.last?.[branch]?.loss),
  },
  {
    name: `evaluation.${branch}.top1`,
    title: `evaluated top-1, ${branch}`,
    unit: 'fraction',
    valuesOf: ofEvaluations(branch, cleanKey, ({ clean }) => clean.top1),
  },
  {
    name: `evaluation.${branch}.corruptionError`,
    title: `corruption error, ${branch}`,
    unit: 'percent',
    valuesOf: ofEvaluations(branch, corruptedKey, ({ summary }) => summary?.mCE ?? summary?.unnormalised),
  },
]);
