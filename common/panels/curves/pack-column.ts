import type { LinearPieces, PackedColumn, SumOfBranches, WholeNumbers } from './curves-contract';

/** More pieces than a 16th of the values are no gain. */
const valuesPerPiece = 16;
const maxDifference = 2 ** 32 - 1;

/**
 * A column as it travels to a panel, without loss. Steps, epochs and learning rates become a few pieces, times a byte or two:
 * the browser's connection compresses what it sends, and that takes longer than everything else.
 */
export function packColumn(values: Float32Array | Float64Array): PackedColumn {
  return linearPieces(values) ?? wholeNumbers(values) ?? values;
}

/** The total loss follows from the branches' in all methods: it is sent only where it does not. */
export function packTotal(
  total: Float32Array | Float64Array,
  main: ArrayLike<number>,
  aux: ArrayLike<number>,
): PackedColumn | SumOfBranches {
  const factor = [1, 0.5].find((candidate) =>
    total.every((value, index) => Object.is(value, Math.fround((main[index]! + (aux[index] ?? 0)) * candidate))),
  );
  return factor === undefined ? packColumn(total) : { factor };
}

function linearPieces(values: ArrayLike<number>): LinearPieces | undefined {
  const starts: number[] = [];
  const increments: number[] = [];
  const counts: number[] = [];
  const maxPieces = values.length / valuesPerPiece;
  for (let start = 0; start < values.length; ) {
    if (starts.length >= maxPieces) return undefined;
    const first = values[start]!;
    const difference = start + 1 < values.length ? values[start + 1]! - first : 0;
    const increment = Number.isFinite(difference) ? difference : 0;
    let end = start + 1;
    while (end < values.length && values[end] === first + (end - start) * increment) end++;
    starts.push(first);
    increments.push(increment);
    counts.push(end - start);
    start = end;
  }
  return {
    starts: Float64Array.from(starts),
    increments: Float64Array.from(increments),
    counts: Uint32Array.from(counts),
  };
}

function wholeNumbers(values: Float32Array | Float64Array): WholeNumbers | undefined {
  let before = values[0] ?? 0;
  let largest = 0;
  for (const value of values) {
    if (!Number.isSafeInteger(value) || value < before) return undefined;
    largest = Math.max(largest, value - before);
    before = value;
  }
  if (largest > maxDifference) return undefined;
  const Differences = largest < 2 ** 8 ? Uint8Array : largest < 2 ** 16 ? Uint16Array : Uint32Array;
  const differences = new Differences(values.length);
  for (let index = 1; index < values.length; index++) differences[index] = values[index]! - values[index - 1]!;
  return { first: values[0] ?? 0, differences };
}
