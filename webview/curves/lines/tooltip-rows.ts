import type { CurvesChoices } from '../../../common/panels/curves/curves-contract';
import { nearestIndex } from '../data/columns';
import type { CurveSeries } from './curve-series';

/** What one line says at the cross-hair. */
export interface TooltipRow {
  series: CurveSeries;
  index: number;
  x: number;
  value: number;
  raw: number;
  step: number;
  time: number;
}

/**
 * The points of the lines at x: of each its nearest, unless it has ended or begins further away than `reach`.
 * @param y the pointer's value, for the order by nearness; undefined without a pointer: highest first
 */
export function tooltipRows(
  lines: readonly CurveSeries[],
  x: number,
  y: number | undefined,
  order: CurvesChoices['tooltipOrder'],
  reach: (x: number) => number,
): TooltipRow[] {
  const rows: (TooltipRow & { distance: number })[] = [];
  for (const series of lines) {
    const index = nearestIndex(series.x, x);
    if (index < 0) continue;
    const distance = reach(series.x[index]!);
    const value = series.y[index]!;
    rows.push({
      series,
      index,
      x: series.x[index]!,
      value,
      raw: series.raw[index]!,
      step: series.step[index]!,
      time: series.time[index]!,
      distance,
    });
  }
  const nearest = Math.min(...rows.map(({ distance }) => distance));
  return rows
    .filter(({ distance }) => distance <= nearest + endedBeyond)
    .sort(comparison(order === 'nearest' && y === undefined ? 'highest' : order, y ?? 0))
    .map(({ distance: _, ...row }) => row);
}

/** A line whose nearest point is this many pixels further away than the nearest line's has ended. */
const endedBeyond = 20;

function comparison(order: CurvesChoices['tooltipOrder'], y: number) {
  // NaN comes last in every order.
  const rank = ({ value }: TooltipRow): number => {
    if (!Number.isFinite(value)) return Number.POSITIVE_INFINITY;
    return { nearest: Math.abs(value - y), highest: -value, lowest: value }[order];
  };
  return (a: TooltipRow, b: TooltipRow): number => {
    const [first, second] = [rank(a), rank(b)];
    return first === second ? 0 : first - second;
  };
}
