import type { DivergenceMeasure } from '../../common/run/divergence-measures';
import { keyOf, meanOverLayers, type PanelDivergence, type PanelRecord, shownRecords } from './divergence-runs';
import { formatMeasure, measures } from './measures';

interface Side {
  runKey: string;
  /** Over the layers. */
  mean: number;
  layers: number;
}

/** How two runs compare at the last epoch that both have. */
interface Comparison {
  epoch: number;
  /** The run whose branches are further apart, and the other. */
  further: Side;
  nearer: Side;
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
  const side = ({ header, layers }: PanelDivergence, { values }: PanelRecord): Side => {
    return { runKey: header.runKey, mean: meanOverLayers(values[measure]) ?? Number.NaN, layers: layers.length };
  };
  const [first, second] = [side(a, mine), side(b, byEpoch.get(mine.epoch)!)];
  if (!Number.isFinite(first.mean) || !Number.isFinite(second.mean)) return undefined;
  const [further, nearer] = first.mean >= second.mean ? [first, second] : [second, first];
  return { epoch: mine.epoch, further, nearer, factor: further.mean / nearer.mean };
}

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
