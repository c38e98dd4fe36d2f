import { type Range, type ScaleKind, valueAt } from './axis-transform';
import { lowerBound, spanInView } from './columns';
import type { CurveSeries } from './curve-series';
import { visibleIndices } from './downsampling';

/** A line as far as it is in view: which of its entries are drawn. */
export interface DrawnLine {
  series: CurveSeries;
  indices: ArrayLike<number>;
  /** Of the raw line behind the smoothed one; empty where it shows nothing else. */
  ghost: ArrayLike<number>;
}

/** Chooses the entries to draw, and remembers them until the line, the view or the width changes. */
export class ViewPreparation {
  private readonly known = new WeakMap<CurveSeries, { key: string; line: DrawnLine }>();

  lineInView(series: CurveSeries, view: Range, scale: ScaleKind, columns: number): DrawnLine {
    const key = `${view[0]},${view[1]},${scale},${columns}`;
    const entry = this.known.get(series);
    if (entry?.key === key) return entry.line;
    const choose = scale === 'log' ? visibleOnLog : visibleIndices;
    const { x, y, raw } = series;
    const line: DrawnLine = {
      series,
      indices: choose(x, y, columns, view),
      ghost: raw === y ? [] : choose(x, raw, columns, view),
    };
    this.known.set(series, { key, line });
    return line;
  }
}

/**
 * As `visibleIndices`, on a logarithmic x axis: of each pixel column the first, lowest, highest and last entry, and one that
 * is not finite. The columns' borders are looked up, so entries outside the view cost nothing.
 */
export function visibleOnLog(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  columns: number,
  view: Range,
): ArrayLike<number> {
  const [begin, end] = spanInView(x, view);
  const indices: number[] = [];
  const keep = (index: number) => {
    if (index >= 0 && indices[indices.length - 1] !== index) indices.push(index);
  };
  let start = begin;
  for (let column = 1; column <= columns && start < end; column++) {
    const next = column === columns ? end : Math.min(end, lowerBound(x, valueAt('log', view, column / columns)));
    if (next <= start) continue;
    let lowest = -1;
    let highest = -1;
    let gap = -1;
    for (let index = start; index < next; index++) {
      const value = y[index]!;
      if (!Number.isFinite(value)) gap = index;
      else {
        if (lowest < 0 || value < y[lowest]!) lowest = index;
        if (highest < 0 || value > y[highest]!) highest = index;
      }
    }
    for (const index of [start, lowest, highest, gap, next - 1].sort((a, b) => a - b)) keep(index);
    start = next;
  }
  return indices;
}
