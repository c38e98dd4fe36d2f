/** Columns are never written to, so what was worked out of one holds as long as it is there. */
export function rememberedPerColumn<T extends object | number>(
  make: (column: ArrayLike<number>) => T,
): (column: ArrayLike<number>) => T {
  const known = new WeakMap<ArrayLike<number>, T>();
  return (column) => {
    const made = known.get(column) ?? make(column);
    known.set(column, made);
    return made;
  };
}

/** The last entry of a column. */
export function last(column: ArrayLike<number>): number | undefined {
  return column.length === 0 ? undefined : column[column.length - 1];
}

/** The first of `start` … `end - 1` that `holds`, or `end`. It holds for all behind one that it holds for. */
export function firstAt(start: number, end: number, holds: (index: number) => boolean): number {
  let [from, to] = [start, end];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Index of the first entry that is at least `value`, or the length. `column` ascends. */
export const lowerBound = (column: ArrayLike<number>, value: number): number =>
  firstAt(0, column.length, (index) => column[index]! >= value);

/** Index of the entry nearest to `value`, or -1 if there is none. `column` ascends. */
export function nearestIndex(column: ArrayLike<number>, value: number): number {
  const after = lowerBound(column, value);
  if (after === 0) return column.length === 0 ? -1 : 0;
  if (after === column.length) return after - 1;
  return value - column[after - 1]! <= column[after]! - value ? after - 1 : after;
}

/** The entries within a range of x, one neighbour on either side included: lines leave the view in the right direction. */
export function spanInView(x: ArrayLike<number>, [from, to]: readonly [number, number]): [start: number, end: number] {
  const start = Math.max(0, lowerBound(x, from) - 1);
  let end = lowerBound(x, to);
  while (end < x.length && x[end]! <= to) end++;
  return [start, Math.min(x.length, end + 1)];
}

/** The highest finite entry and where it is first; undefined if there is none. */
export function highest(column: ArrayLike<number>): { index: number; value: number } | undefined {
  let best: { index: number; value: number } | undefined;
  for (let index = 0; index < column.length; index++) {
    const value = column[index]!;
    if (Number.isFinite(value) && (best === undefined || value > best.value)) best = { index, value };
  }
  return best;
}
