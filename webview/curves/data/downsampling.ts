import type { Range, ScaleKind } from '../../shared/plot/axis-transform';
import { spanInView } from './columns';
import { columnScale, entriesByColumn } from './pixel-columns';

/**
 * Which entries of a series to draw so that the picture on `columns` pixel columns stays the same: of each column the first,
 * the lowest, the highest and the last. One entry that is not finite is kept in a column that has any, so that gaps stay gaps.
 * Outside of the range only one neighbour on either side is given, towards which the line leaves the view.
 * @param x ascending
 * @returns ascending indices, at most 5 a column
 */
export function visibleIndices(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  columns: number,
  range: Range,
  kind: ScaleKind = 'linear',
): Int32Array {
  const [first, last] = spanInView(x, range);
  if (last - first <= columns * 4) return ascending(first, last);
  const { ends } = entriesByColumn(x, range, columnScale(kind, range, columns));
  const indices = new Int32Array(ends.length * 5);
  let count = 0;
  const keep = (index: number) => {
    if (index < 0 || (count > 0 && indices[count - 1]! >= index)) return;
    indices[count++] = index;
  };
  let start = first;
  for (const end of ends) {
    const { lowest, highest, gap } = extremes(y, start, end);
    keep(start);
    for (const index of [lowest, highest, gap].sort((a, b) => a - b)) keep(index);
    keep(end - 1);
    start = end;
  }
  return indices.subarray(0, count);
}

function ascending(first: number, last: number): Int32Array {
  const indices = new Int32Array(last - first);
  for (let place = 0; place < indices.length; place++) indices[place] = first + place;
  return indices;
}

/** Indices of the lowest and the highest entry and of one that is not finite; -1 where there is none. */
function extremes(y: ArrayLike<number>, start: number, end: number): { lowest: number; highest: number; gap: number } {
  let lowest = -1;
  let highest = -1;
  let gap = -1;
  for (let index = start; index < end; index++) {
    const value = y[index]!;
    if (!Number.isFinite(value)) gap = index;
    else {
      if (lowest < 0 || value < y[lowest]!) lowest = index;
      if (highest < 0 || value > y[highest]!) highest = index;
    }
  }
  return { lowest, highest, gap };
}
