import type { DivergenceMeasure } from '../../common/run/divergence-measures';
import { keyOf, meanOverLayers, type PanelDivergence, shownRecords } from './divergence-runs';
import { formatMeasure, measures } from './measures';

/** How two runs compare at the last epoch that both have. */
export interface Comparison {
  epoch: number;
  /** The run whose branches are further apart, and the other. */
  further: { runKey: string; mean: number; layers: number };
  nearer: { runKey: string; mean: number; layers: number };
  /** further.mean / nearer.mean; infinite where the nearer's is 0. */
  factor: number;
}

/** Undefined where there is nothing to compare: one branch, no common epoch, values that are not finite. */
export function compareRuns(
  a: PanelDivergence,
  b: PanelDivergence,
  measure: DivergenceMeasure,
): Comparison | undefined {
  const byEpoch = new Map(shownRecords(b, 'epochs').map((record) => [record.epoch, record]));
  const mine = shownRecords(a, 'epochs').findLast(({ epoch }) => byEpoch.has(epoch));
  if (mine === undefined) return undefined;
  const sides = [
    { runKey: a.header.runKey, mean: meanOverLayers(mine.values[measure]), layers: a.layers.length },
    {
      runKey: b.header.runKey,
      mean: meanOverLayers(byEpoch.get(mine.epoch)!.values[measure]),
      layers: b.layers.length,
    },
  ];
  const [first, second] = sides;
  if (!isMeasured(first) || !isMeasured(second)) return undefined;
  const [further, nearer] = first.mean >= second.mean ? [first, second] : [second, first];
  return { epoch: mine.epoch, further, nearer, factor: further.mean / nearer.mean };
}

type Side = { runKey: string; mean: number | undefined; layers: number };
const isMeasured = (side: Side | undefined): side is Side & { mean: number } =>
  side?.mean !== undefined && Number.isFinite(side.mean);

/** "AdvProp is 2.3 times as far apart as MixProp: symmetric KL, mean over 20 layers after epoch 8, 0.12 against 0.05 nats." */
export function comparisonText(
  { epoch, further, nearer, factor }: Comparison,
  measure: DivergenceMeasure,
  labelOf: (runKey: string) => string,
): string {
  const { label, unit } = measures[measure];
  const names = [further, nearer].map(({ runKey }) => labelOf(runKey));
  const layers = further.layers === nearer.layers ? String(further.layers) : `${further.layers} and ${nearer.layers}`;
  const numbers = `${formatMeasure(further.mean)} against ${formatMeasure(nearer.mean)}${unit === '' ? '' : ` ${unit}`}`;
  const where = `${label}, mean over ${layers} layers after epoch ${epoch}: ${numbers}`;
  if (further.mean === nearer.mean)
    return `The branches of ${names[0]} and ${names[1]} are equally far apart (${where}).`;
  const times = Number.isFinite(factor) ? `${formatFactor(factor)} times as far apart as` : 'apart, unlike';
  return `The branches of ${names[0]} are ${times} those of ${names[1]} (${where}).`;
}

const formatFactor = (factor: number): string =>
  factor < 10 ? factor.toFixed(factor < 1.1 ? 2 : 1) : String(Math.round(factor));

/** A row a layer, a column a key; undefined where there is no record. */
export type Matrix = readonly (readonly (number | undefined)[])[];

/** @param keys of the columns, which may be those of other runs too */
export function runMatrix(
  run: PanelDivergence,
  measure: DivergenceMeasure,
  columns: 'epochs' | 'steps',
  keys: readonly number[],
): Matrix {
  const records = new Map(shownRecords(run, columns).map((record) => [keyOf(record, columns), record]));
  return run.layers.map((_, row) => keys.map((key) => records.get(key)?.values[measure][row]));
}

/** a − b, or a / b on a log scale, where both runs have the layer and the key. */
export function differenceMatrix(a: Matrix, b: Matrix, scale: 'linear' | 'log'): Matrix {
  return a.map((row, layer) =>
    row.map((value, column) => {
      const other = b[layer]?.[column];
      if (value === undefined || other === undefined) return undefined;
      return scale === 'log' ? value / other : value - other;
    }),
  );
}

export const haveSameLayers = (a: PanelDivergence, b: PanelDivergence): boolean => a.layers.join() === b.layers.join();
