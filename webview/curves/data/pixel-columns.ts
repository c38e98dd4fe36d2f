import type { Range, ScaleKind } from '../../shared/plot/axis-transform';
import { firstAt, spanInView } from './columns';

/** How x becomes columns of pixels. */
export interface ColumnScale {
  kind: ScaleKind;
  /** Of x, or of its logarithm, at the first column. */
  from: number;
  /** Columns. */
  perUnit: number;
}

/** Columns of the view's whole width. */
export function columnScale(kind: ScaleKind, [from, to]: Range, columns: number): ColumnScale {
  const place = kind === 'log' ? Math.log10 : (value: number) => value;
  return { kind, from: place(from), perUnit: columns / Math.max(place(to) - place(from), Number.MIN_VALUE) };
}

/** Which column a value is in, its left border included. What a logarithm has no place for shares one before all others. */
function columnOf({ kind, from, perUnit }: ColumnScale, value: number): number {
  return Math.floor(((kind === 'log' ? Math.log10(Math.max(0, value)) : value) - from) * perUnit);
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
  for (let start = first; start < last; ) {
    const column = columnOf(scale, x[start]!);
    const end = firstAt(start + 1, last, (index) => columnOf(scale, x[index]!) > column);
    columns.push(column);
    ends.push(end);
    start = end;
  }
  const entries = { first, columns: Int32Array.from(columns), ends: Int32Array.from(ends) };
  known.set(x, { key, entries });
  return entries;
}
