import type { Range, ScaleKind } from '../../shared/plot/axis-transform';
import { spanInView } from './columns';

/** How x becomes columns of pixels: x, or its logarithm, from `from` on, so many columns to a unit. */
export interface ColumnScale {
  kind: ScaleKind;
  from: number;
  perUnit: number;
}

/** Columns of the view's whole width. */
export function columnScale(kind: ScaleKind, [from, to]: Range, columns: number): ColumnScale {
  const place = kind === 'log' ? Math.log10 : (value: number) => value;
  return { kind, from: place(from), perUnit: columns / Math.max(place(to) - place(from), Number.MIN_VALUE) };
}

/** Which column a value is in, its left border included. */
function columnOf({ kind, from, perUnit }: ColumnScale, value: number): number {
  return Math.floor(((kind === 'log' ? Math.log10(value) : value) - from) * perUnit);
}

/** The entries of a series in view, by column of pixels. */
export interface EntriesByColumn {
  /** The first entry, outside of the view if there is one: the line comes from there. */
  first: number;
  /** The columns with entries, in their order. */
  columns: Int32Array;
  /** Of each of them, the index behind its last entry. */
  ends: Int32Array;
}

/** Of the last view of x. Lines over the same x, as main, aux and their ghosts are, share it. */
const known = new WeakMap<ArrayLike<number>, { key: string; entries: EntriesByColumn }>();

/** @param x ascending */
export function entriesByColumn(x: ArrayLike<number>, view: Range, scale: ColumnScale): EntriesByColumn {
  const [first, last] = spanInView(x, view);
  const key = `${scale.kind},${scale.from},${scale.perUnit},${first},${last}`;
  const before = known.get(x);
  if (before?.key === key) return before.entries;
  const columns: number[] = [];
  const ends: number[] = [];
  let length = 1;
  for (let start = first; start < last; ) {
    const end = columnEnd(x, scale, start, last, length);
    length = end - start;
    columns.push(columnOf(scale, x[start]!));
    ends.push(end);
    start = end;
  }
  const entries = { first, columns: Int32Array.from(columns), ends: Int32Array.from(ends) };
  known.set(x, { key, entries });
  return entries;
}

/**
 * Behind the last entry of the column that `start` is in. Looked for around `guess` entries on, where the column before had so
 * many: in steps that double, then by bisection.
 */
function columnEnd(x: ArrayLike<number>, scale: ColumnScale, start: number, last: number, guess: number): number {
  const column = columnOf(scale, x[start]!);
  const isInside = (index: number) => {
    const other = columnOf(scale, x[index]!);
    // What a logarithm has no place for shares a column.
    return other === column || Number.isNaN(other);
  };
  let inside = start;
  let outside = Math.min(last, start + guess);
  if (outside > start + 1 && !isInside(outside - 1)) {
    outside--;
    for (let stride = 1; outside - stride > inside; stride *= 2) {
      if (isInside(outside - stride)) {
        inside = outside - stride;
        break;
      }
      outside -= stride;
    }
  } else {
    inside = outside - 1;
    outside = last;
    for (let stride = 1; inside + stride < last; stride *= 2) {
      if (!isInside(inside + stride)) {
        outside = inside + stride;
        break;
      }
      inside += stride;
    }
  }
  while (outside - inside > 1) {
    const middle = (inside + outside) >>> 1;
    if (isInside(middle)) inside = middle;
    else outside = middle;
  }
  return outside;
}
