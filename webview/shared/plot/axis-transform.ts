/** How values are laid out along an axis. "log" is a true logarithm, without a place for 0 or anything below. */
export type ScaleKind = 'linear' | 'log';
export type Range = readonly [from: number, to: number];

const forward = (kind: ScaleKind, value: number): number => (kind === 'log' ? Math.log10(value) : value);
const backward = (kind: ScaleKind, unit: number): number => (kind === 'log' ? 10 ** unit : unit);

/** Maps values to pixels: the range's ends to `start` and `end`. What the axis has no place for becomes NaN. */
export function projection(kind: ScaleKind, range: Range, start: number, end: number): (value: number) => number {
  const from = forward(kind, range[0]);
  const perUnit = (end - start) / (forward(kind, range[1]) - from || 1);
  if (kind === 'linear') return (value) => start + (value - from) * perUnit;
  return (value) => (value > 0 ? start + (Math.log10(value) - from) * perUnit : Number.NaN);
}

/** The value at a fraction of the axis, 0 at the range's begin. */
export function valueAt(kind: ScaleKind, [from, to]: Range, fraction: number): number {
  const [low, high] = [forward(kind, from), forward(kind, to)];
  return backward(kind, low + (high - low) * fraction);
}

/** The smallest part of the whole axis that can be zoomed to: beyond it digits run out. */
const minShare = 1e-6;

/**
 * Zooms around a fraction of the axis that keeps its value; a factor above 1 shows less. The result lies within `whole`.
 * @returns undefined when it is the whole axis: nothing is zoomed
 */
export function zoom(kind: ScaleKind, range: Range, whole: Range, factor: number, anchor: number): Range | undefined {
  const [low, high] = [forward(kind, range[0]), forward(kind, range[1])];
  const minWidth = (forward(kind, whole[1]) - forward(kind, whole[0])) * minShare;
  const width = Math.max(minWidth, (high - low) / factor);
  const at = low + (high - low) * anchor;
  return within(kind, at - width * anchor, at + width * (1 - anchor), whole);
}

/** Moves a range by a fraction of itself, as far as `whole` goes. */
export function pan(kind: ScaleKind, range: Range, whole: Range, fraction: number): Range | undefined {
  const [low, high] = [forward(kind, range[0]), forward(kind, range[1])];
  const shift = (high - low) * fraction;
  return within(kind, low + shift, high + shift, whole);
}

/** The part between two fractions of the axis. */
export function part(kind: ScaleKind, range: Range, one: number, other: number): Range {
  const [from, to] = [Math.min(one, other), Math.max(one, other)];
  return [valueAt(kind, range, Math.max(0, from)), valueAt(kind, range, Math.min(1, to))];
}

function within(kind: ScaleKind, low: number, high: number, whole: Range): Range | undefined {
  const [min, max] = [forward(kind, whole[0]), forward(kind, whole[1])];
  const width = high - low;
  // A range that is a rounding error short of everything is everything.
  if (width >= (max - min) * (1 - 1e-9)) return undefined;
  const from = Math.min(Math.max(low, min), max - width);
  return [backward(kind, from), backward(kind, from + width)];
}

/** A range as far as the axis can show it: for a logarithm, from `minPositive`. */
export function drawable(kind: ScaleKind, [from, to]: Range, minPositive: number): Range {
  if (kind === 'linear') return to > from ? [from, to] : [from, from + 1];
  const low = from > 0 ? from : minPositive;
  return to > low ? [low, to] : [low, low * 10];
}

/** A range with room on either side, as a share of its length. */
export function expanded(kind: ScaleKind, range: Range, share: number): Range {
  return [valueAt(kind, range, -share), valueAt(kind, range, 1 + share)];
}
