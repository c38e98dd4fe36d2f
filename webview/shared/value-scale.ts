import { chartTicks } from './chart-ticks';

/** Values to [0, 1], linear or logarithmic. */
export interface ValueScale {
  kind: 'linear' | 'log';
  /** Value at 0 and value at 1; from < to. */
  from: number;
  to: number;
}

/** Below the highest value of a log scale: a few tiny values would take its colours from the rest. */
const maxDecades = 4;

/** Anything smaller counts as 0: quotients of such numbers are not finite. */
export const smallestPositive = 1e-100;

/** The scale over the finite values. A linear one starts at 0. */
export function valueScale(kind: ValueScale['kind'], values: Iterable<number>): ValueScale {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, 0];
  for (const value of values) {
    if (!Number.isFinite(value) || value <= smallestPositive) continue;
    highest = Math.max(highest, value);
    lowest = Math.min(lowest, value);
  }
  if (highest === 0) return { kind, from: kind === 'log' ? 0.1 : 0, to: 1 };
  if (kind === 'linear') return { kind, from: 0, to: highest };
  // At least a factor of 2, so that values that are nearly equal do not look far apart.
  const from = Math.min(Math.max(lowest, highest / 10 ** maxDecades), highest / 2);
  return { kind, from, to: highest };
}

/** The scale of differences, symmetric about no difference. @param values differences, or factors on a log scale */
export function differenceScale(kind: ValueScale['kind'], values: Iterable<number>): ValueScale {
  let extent = 0;
  for (const value of values) {
    const size = kind === 'log' ? Math.abs(Math.log10(value)) : Math.abs(value);
    if (Number.isFinite(size)) extent = Math.max(extent, size);
  }
  if (kind === 'log') {
    const decades = Math.max(extent, Math.log10(2));
    return { kind, from: 10 ** -decades, to: 10 ** decades };
  }
  return extent === 0 ? { kind, from: -1, to: 1 } : { kind, from: -extent, to: extent };
}

/** Where a value is on the scale, in [0, 1], beyond its ends at the nearer one; undefined for one that is not finite. */
export function position({ kind, from, to }: ValueScale, value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  const place =
    kind === 'linear' ? (value - from) / (to - from) : value <= 0 ? 0 : Math.log(value / from) / Math.log(to / from);
  return Math.min(1, Math.max(0, place));
}

/** First digits of the ticks on a logarithmic scale, from many to few. */
const leadingDigits: readonly (readonly number[])[] = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]];

/** At most about `count` round values on the scale, ascending: ticks of Chart.js's axes. */
export function scaleTicks({ kind, from, to }: ValueScale, count: number): number[] {
  if (!(to > from) || !Number.isFinite(to - from)) return [from];
  const linear = () => chartTicks('linear', from, to, count + 1);
  if (kind === 'linear') return linear();
  // Chart.js's logarithmic axis gives every tick, and the ends of the axis even where they are not round.
  const ticks = chartTicks('log', from, to, count).filter((tick) => tick >= from && tick <= to);
  for (const digits of leadingDigits) {
    const found = ticks.filter((tick) => digits.includes(leadingDigit(tick)));
    if (found.length <= count) return found.length < 2 ? linear() : found;
  }
  const decades = ticks.filter((tick) => leadingDigit(tick) === 1);
  const every = Math.ceil(decades.length / Math.max(1, count));
  return decades.filter((_, index) => index % every === 0);
}

const leadingDigit = (value: number): number => Number((value / 10 ** Math.floor(Math.log10(value) + 1e-9)).toFixed(6));
