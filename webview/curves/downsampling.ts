/**
 * Which entries of a series to draw so that the picture on `columns` pixel columns stays the same: of each column the first,
 * the lowest, the highest and the last. One entry that is not finite is kept in a column that has any, so that gaps stay gaps.
 * @param x ascending
 * @returns ascending indices, at most 5 a column
 */
export function visibleIndices(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  columns: number,
  range: readonly [from: number, to: number],
): number[] {
  const length = x.length;
  if (length <= columns * 4) return Array.from({ length }, (_, index) => index);
  const [from, to] = range;
  const perUnit = columns / Math.max(to - from, Number.MIN_VALUE);
  const columnOf = (index: number): number => Math.floor((x[index]! - from) * perUnit);
  const indices: number[] = [];
  for (let start = 0; start < length; ) {
    const column = columnOf(start);
    let lowest = -1;
    let highest = -1;
    let gap = -1;
    let end = start;
    for (; end < length && columnOf(end) === column; end++) {
      const value = y[end]!;
      if (!Number.isFinite(value)) gap = end;
      else {
        if (lowest < 0 || value < y[lowest]!) lowest = end;
        if (highest < 0 || value > y[highest]!) highest = end;
      }
    }
    const kept = [start, lowest, highest, gap, end - 1].filter((index) => index >= 0).sort((a, b) => a - b);
    for (const index of kept) if (indices.at(-1) !== index) indices.push(index);
    start = end;
  }
  return indices;
}
