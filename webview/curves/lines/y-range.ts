import type { Range, ScaleKind } from '../../shared/plot/axis-transform';
import { lowerBound, rememberedPerColumn, spanInView } from '../data/columns';
import { rangeWithoutOutliers } from '../data/outlier-range';
import { ValuePyramid } from '../data/value-pyramid';
import type { DrawnLine } from './drawn-line';

export interface YRangeOptions {
  scale: ScaleKind;
  ignoreOutliers: boolean;
  fromZero: boolean;
  /** The axis spans at least this, so that noise does not look like a trend. On a linear axis. */
  minSpan: number;
  /** Where values end: no margin above it. On a linear axis. */
  maxValue?: number | undefined;
}

/** Space above and below the lines, as a share of what they span. */
const margin = 0.04;

/** What the y axis covers unless it is zoomed: the lines as far as they are in view. */
export function yRange(lines: readonly DrawnLine[], view: Range, options: YRangeOptions): Range {
  const positiveOnly = options.scale === 'log';
  const found = options.ignoreOutliers
    ? (rangeWithoutOutliers(
        lines.map(({ series }) => {
          const [start, end] = within(series.x, view);
          return { values: series.y, start, end };
        }),
        positiveOnly,
      ) ?? extremes(lines, view, positiveOnly))
    : extremes(lines, view, positiveOnly);
  if (found === undefined) return positiveOnly ? [0.1, 1] : [0, 1];
  return positiveOnly ? withLogMargin(found) : withMargin(found, options);
}

function withMargin([low, high]: Range, { fromZero, minSpan, maxValue }: YRangeOptions): Range {
  const space = (high - low) * margin || Math.abs(high) * margin || 0.5;
  let [from, to] = [low - space, high + space];
  // Losses, accuracies and rates have no values below 0: the margin does not suggest any.
  if (low >= 0) from = Math.max(0, from);
  if (fromZero) from = Math.min(0, from);
  const missing = minSpan - (to - from);
  if (missing > 0) {
    from = low >= 0 ? Math.max(0, from - missing / 2) : from - missing / 2;
    to = from + minSpan;
  }
  // The band of a mean may reach further than its values can.
  const top = Math.max(maxValue ?? to, high);
  if (to > top) [from, to] = [Math.min(from, top - minSpan), top];
  return [fromZero ? Math.min(0, low) : from, to];
}

function withLogMargin([low, high]: Range): Range {
  const ratio = high > low ? (high / low) ** margin : 2;
  return [low / ratio, high * ratio];
}

/** Lowest and highest of what is in view, ghosts and bands included. */
function extremes(lines: readonly DrawnLine[], view: Range, positiveOnly: boolean): Range | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { series, hasGhost } of lines) {
    const [start, end] = within(series.x, view);
    const columns = [series.y, ...(hasGhost ? [series.raw] : []), ...(series.band ? Object.values(series.band) : [])];
    for (const values of columns) {
      const found = ValuePyramid.of(values).exact(start, end);
      const lowest = positiveOnly && found.low <= 0 ? minPositive(values, start, end) : found.low;
      if (lowest < low) low = lowest;
      if (found.high > high) high = found.high;
    }
  }
  return low <= high ? [low, high] : undefined;
}

function minPositive(values: ArrayLike<number>, start: number, end: number): number {
  let min = Number.POSITIVE_INFINITY;
  for (let index = start; index < end; index++) {
    const value = values[index]!;
    if (value > 0 && value < min) min = value;
  }
  return min;
}

/** Entries within the view, its borders included. */
function within(x: ArrayLike<number>, view: Range): [start: number, end: number] {
  const start = lowerBound(x, view[0]);
  const [, end] = spanInView(x, view);
  return [start, end > start && x[end - 1]! > view[1] ? end - 1 : end];
}

/** How many values of the lines a logarithmic axis has no place for. */
export function countNotPositive(columns: readonly ArrayLike<number>[]): number {
  return columns.reduce((sum, column) => sum + notPositive(column), 0);
}

const notPositive = rememberedPerColumn((column) => {
  let count = 0;
  for (let index = 0; index < column.length; index++) if (column[index]! <= 0) count++;
  return count;
});
