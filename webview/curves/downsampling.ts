import { spanInView } from './columns';

/** Entries that are looked at as one where a pixel column has many of them. */
const blockLength = 16;

/** Of each block the index of its lowest, its highest and one of its values that is not finite; -1 where there is none. */
interface Blocks {
  lowest: Int32Array;
  highest: Int32Array;
  gap: Int32Array;
}

/** Columns are never written to: one that grows becomes another one. */
const knownBlocks = new WeakMap<ArrayLike<number>, Blocks>();

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
  range: readonly [from: number, to: number],
): number[] {
  const [first, last] = spanInView(x, range);
  if (last - first <= columns * 4) return Array.from({ length: last - first }, (_, index) => first + index);
  const [from, to] = range;
  const perUnit = columns / Math.max(to - from, Number.MIN_VALUE);
  const columnOf = (index: number): number => Math.floor((x[index]! - from) * perUnit);
  const blocks = blocksOf(y);
  const indices: number[] = [];
  for (let start = first; start < last; ) {
    const end = columnEnd(columnOf, start, last);
    const { lowest, highest, gap } = extremes(y, blocks, start, end);
    const kept = [start, lowest, highest, gap, end - 1].sort((a, b) => a - b);
    for (const index of kept) if (index >= 0 && indices.at(-1) !== index) indices.push(index);
    start = end;
  }
  return indices;
}

/** Behind the last entry of the pixel column that `start` is in, found in steps that double and by bisection. */
function columnEnd(columnOf: (index: number) => number, start: number, last: number): number {
  const column = columnOf(start);
  let inside = start;
  let stride = 1;
  while (inside + stride < last && columnOf(inside + stride) === column) {
    inside += stride;
    stride *= 2;
  }
  let outside = Math.min(last, inside + stride);
  while (outside - inside > 1) {
    const middle = (inside + outside) >>> 1;
    if (columnOf(middle) === column) inside = middle;
    else outside = middle;
  }
  return outside;
}

function extremes(
  y: ArrayLike<number>,
  blocks: Blocks,
  start: number,
  end: number,
): { lowest: number; highest: number; gap: number } {
  let lowest = -1;
  let highest = -1;
  let gap = -1;
  for (let index = start; index < end; ) {
    if (index % blockLength === 0 && index + blockLength <= end) {
      const block = index / blockLength;
      const low = blocks.lowest[block]!;
      const high = blocks.highest[block]!;
      if (low >= 0 && (lowest < 0 || y[low]! < y[lowest]!)) lowest = low;
      if (high >= 0 && (highest < 0 || y[high]! > y[highest]!)) highest = high;
      if (blocks.gap[block]! >= 0) gap = blocks.gap[block]!;
      index += blockLength;
      continue;
    }
    const value = y[index]!;
    if (!Number.isFinite(value)) gap = index;
    else {
      if (lowest < 0 || value < y[lowest]!) lowest = index;
      if (highest < 0 || value > y[highest]!) highest = index;
    }
    index++;
  }
  return { lowest, highest, gap };
}

/** Only of whole blocks. */
function blocksOf(y: ArrayLike<number>): Blocks {
  const known = knownBlocks.get(y);
  if (known !== undefined) return known;
  const count = Math.floor(y.length / blockLength);
  const blocks: Blocks = {
    lowest: new Int32Array(count).fill(-1),
    highest: new Int32Array(count).fill(-1),
    gap: new Int32Array(count).fill(-1),
  };
  for (let block = 0, index = 0; block < count; block++) {
    let lowest = -1;
    let highest = -1;
    for (const end = index + blockLength; index < end; index++) {
      const value = y[index]!;
      if (!Number.isFinite(value)) blocks.gap[block] = index;
      else {
        if (lowest < 0 || value < y[lowest]!) lowest = index;
        if (highest < 0 || value > y[highest]!) highest = index;
      }
    }
    blocks.lowest[block] = lowest;
    blocks.highest[block] = highest;
  }
  knownBlocks.set(y, blocks);
  return blocks;
}
