import { smallestPositive, type ValueScale } from '../shared/value-scale';

/** The scale of both axes of a scatter of main against aux: one for both, so that the identity line is the diagonal. */
export function scatterScale(kind: ValueScale['kind'], ...series: readonly (readonly number[])[]): ValueScale {
  const values = series
    .flat()
    .filter((value) => Number.isFinite(value) && (kind === 'linear' || value > smallestPositive));
  if (values.length === 0) return { kind, from: kind === 'log' ? 0.1 : 0, to: 1 };
  const lowest = values.reduce((a, b) => Math.min(a, b));
  const highest = values.reduce((a, b) => Math.max(a, b));
  if (kind === 'log') {
    const margin = Math.max((highest / lowest) ** 0.06, 1.1);
    return { kind, from: lowest / margin, to: highest * margin };
  }
  // Values that are the same but for rounding get the frame of a single one.
  const [range, size] = [highest - lowest, Math.max(Math.abs(lowest), Math.abs(highest))];
  const margin = (range > size * 1e-9 ? range * 0.06 : size * 0.1) || 1e-3;
  return { kind, from: lowest - margin, to: highest + margin };
}

/** Indices from the highest value to the lowest; values that are not finite come first, as the worst. */
export function sortedIndices(values: readonly number[]): number[] {
  const rank = (index: number) => (Number.isFinite(values[index]) ? values[index]! : Number.POSITIVE_INFINITY);
  return values.map((_, index) => index).sort((a, b) => rank(b) - rank(a) || a - b);
}

export interface Histogram {
  /** Ascending, one more than counts. */
  edges: number[];
  counts: number[];
}

/** Counts of the finite values from 0 to the highest; the number of bins grows with the square root of their number. */
export function histogram(values: readonly number[]): Histogram {
  const finite = values.filter(Number.isFinite);
  const highest = finite.reduce((a, b) => Math.max(a, b), 0) || 1;
  const bins = Math.min(40, Math.max(6, Math.ceil(Math.sqrt(finite.length))));
  const counts = new Array<number>(bins).fill(0);
  for (const value of finite) {
    counts[Math.min(bins - 1, Math.max(0, Math.floor((value / highest) * bins)))]!++;
  }
  return { edges: Array.from({ length: bins + 1 }, (_, index) => (highest * index) / bins), counts };
}

/** The point nearest to a place, at most `within` pixels from it. */
export function nearestPoint(
  points: readonly { x: number; y: number }[],
  x: number,
  y: number,
  within: number,
): number | undefined {
  let nearest: number | undefined;
  let minDistance = within;
  for (const [index, point] of points.entries()) {
    const distance = Math.hypot(point.x - x, point.y - y);
    if (!(distance <= minDistance)) continue;
    minDistance = distance;
    nearest = index;
  }
  return nearest;
}
