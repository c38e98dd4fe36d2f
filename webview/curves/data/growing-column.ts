import type { PackedColumn, SumOfBranches } from '../../../common/panels/curves/curves-contract';

/** Numbers of the panel, with NaN for what was not finite. Never written to: `extended` and `shortened` give other ones. */
export type NumberColumn = number[] | Float32Array | Float64Array;

const minCapacity = 1024;

export const emptyColumn = (): NumberColumn => new Float32Array(0);

/**
 * A column with more behind it. It shares its memory with the old one where there is room, and is float32 as long as that
 * changes no number.
 */
export function extended(column: NumberColumn, more: PackedColumn): NumberColumn {
  const count = packedLength(more);
  if (count === 0) return column;
  // It arrived in memory that nothing else uses.
  if (column.length === 0 && (more instanceof Float32Array || more instanceof Float64Array)) return more;
  const length = column.length + count;
  const isNarrow = column instanceof Float32Array && fitsFloat32(more);
  const Values = isNarrow ? Float32Array : Float64Array;
  let target: Float32Array | Float64Array;
  if (column instanceof Values && length * Values.BYTES_PER_ELEMENT <= column.buffer.byteLength) {
    target = new Values(column.buffer as ArrayBuffer, 0, length);
  } else {
    // What comes at once is usually complete; only what grows bit by bit is given room.
    const room = count > minCapacity ? length : Math.max(minCapacity, length + (length >>> 2));
    target = new Values(new ArrayBuffer(room * Values.BYTES_PER_ELEMENT), 0, length);
    target.set(column);
  }
  unpack(more, target, column.length);
  return target;
}

export function shortened(column: NumberColumn, length: number): NumberColumn {
  if (length >= column.length) return column;
  // Copied: whoever still holds the old column must not see what is added behind the new one.
  return column.slice(0, length);
}

export function packedLength(column: PackedColumn): number {
  if (Array.isArray(column) || ArrayBuffer.isView(column)) return (column as ArrayLike<unknown>).length;
  if ('differences' in column) return column.differences.length;
  let length = 0;
  for (const count of (column as { counts: Uint32Array }).counts) length += count;
  return length;
}

function unpack(column: PackedColumn, target: Float32Array | Float64Array, start: number): void {
  if (ArrayBuffer.isView(column)) {
    target.set(column, start);
  } else if ('differences' in column) {
    let value = column.first;
    for (let index = 0; index < column.differences.length; index++) {
      value += column.differences[index]!;
      target[start + index] = value;
    }
  } else if ('counts' in column) {
    const { starts, increments, counts } = column;
    let place = start;
    for (let piece = 0; piece < counts.length; piece++) {
      const first = starts[piece]!;
      const increment = increments[piece]!;
      for (let index = 0; index < counts[piece]!; index++) target[place++] = first + index * increment;
    }
  } else {
    for (let index = 0; index < column.length; index++) target[start + index] = column[index] ?? Number.NaN;
  }
}

/** The total loss of the last steps of two columns; see `SumOfBranches`. */
export function sumOfBranches(
  { factor }: SumOfBranches,
  main: NumberColumn,
  aux: NumberColumn,
  start: number,
): Float32Array {
  const sums = new Float32Array(main.length - start);
  for (let index = 0; index < sums.length; index++) {
    sums[index] = (main[start + index]! + (aux[start + index] ?? 0)) * factor;
  }
  return sums;
}

/** Whether all numbers stay what they are in float32. */
function fitsFloat32(column: PackedColumn): boolean {
  if (column instanceof Float32Array) return true;
  if (column instanceof Float64Array) return false;
  if ('differences' in column) return false;
  if ('counts' in column) {
    const { starts, increments, counts } = column;
    return starts.every((first, piece) => {
      const last = first + (counts[piece]! - 1) * increments[piece]!;
      // Whole numbers in between are exact where the ends are.
      const isWhole = Number.isInteger(first) && Number.isInteger(increments[piece]!) && Math.abs(last) <= 2 ** 24;
      return isWhole ? Math.abs(first) <= 2 ** 24 : increments[piece] === 0 && isFloat32(first);
    });
  }
  return column.every((value) => value === null || isFloat32(value));
}

function isFloat32(value: number): boolean {
  return Math.fround(value) === value || Number.isNaN(value);
}
