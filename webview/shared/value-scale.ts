/** Values to [0, 1], linear or logarithmic. */
export interface ValueScale {
  kind: 'linear' | 'log';
  /** Value at 0 and value at 1; from < to. */
  from: number;
  to: number;
}

/** A log scale shows so many decades below its highest value at most, or a few tiny values would take its colours from the rest. */
const mostDecades = 4;

/** What is smaller counts as 0: quotients of such numbers are not finite. */
export const smallestPositive = 1e-100;

/** The scale over values; those that are not finite do not count. A linear one starts at 0. */
export function valueScale(kind: ValueScale['kind'], values: Iterable<number>): ValueScale {
  let least = Number.POSITIVE_INFINITY;
  let highest = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value > smallestPositive && value > highest) highest = value;
    if (value > smallestPositive && value < least) least = value;
  }
  if (highest === 0) return { kind, from: kind === 'log' ? 0.1 : 0, to: 1 };
  if (kind === 'linear') return { kind, from: 0, to: highest };
  // At least a factor of 2, so that values that are nearly equal do not look far apart.
  const from = Math.min(Math.max(least, highest / 10 ** mostDecades), highest / 2);
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

/** Where a value is on the scale, in [0, 1]; undefined where it is not finite. What is beyond the ends is at the end. */
export function position({ kind, from, to }: ValueScale, value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  const place =
    kind === 'linear' ? (value - from) / (to - from) : value <= 0 ? 0 : Math.log(value / from) / Math.log(to / from);
  return Math.min(1, Math.max(0, place));
}

/** The value at a place in [0, 1]. */
export function valueAt({ kind, from, to }: ValueScale, place: number): number {
  return kind === 'linear' ? from + (to - from) * place : from * (to / from) ** place;
}

/** Round values on the scale, ascending, at most about so many. */
export function scaleTicks(scale: ValueScale, most: number): number[] {
  return scale.kind === 'linear' ? linearTicks(scale.from, scale.to, most) : logTicks(scale.from, scale.to, most);
}

/** Multiples of 1, 2 or 5 times a power of ten. */
export function linearTicks(from: number, to: number, most: number): number[] {
  const span = to - from;
  if (!(span > 0) || !Number.isFinite(span)) return [from];
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
  const ticks: number[] = [];
  for (let index = Math.ceil(from / step - 1e-9); index * step <= to + step * 1e-9; index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** Powers of ten, with 2 and 5 between where there are few; within a decade or so, round numbers like those of a linear scale. */
function logTicks(from: number, to: number, most: number): number[] {
  const decades = Math.log10(to / from);
  const factors = decades * 3 <= most ? [1, 2, 5] : decades * 2 <= most ? [1, 3] : [1];
  const every = Math.max(1, Math.ceil(decades / Math.max(1, most)));
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(from)); exponent <= Math.ceil(Math.log10(to)); exponent++) {
    if (exponent % every !== 0) continue;
    for (const factor of factors) {
      const tick = Number((factor * 10 ** exponent).toPrecision(12));
      if (tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks.length < 3 && decades < 1.5 ? linearTicks(from, to, most) : ticks;
}
