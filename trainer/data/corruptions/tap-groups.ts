import type { FilterKernels } from './filter-kernels';

/** A filter as a list: the output is the sum of weight · image moved so that pixel (x + dx, y + dy) comes to (x, y). */
export interface ShiftedSum {
  dx: Int32Array;
  dy: Int32Array;
  weights: Float64Array;
}

/** Taps in the kernels' memory, as byte offsets of arrays: see `shiftedSum` and `foldedSum` of the kernels. */
export interface PlacedTaps {
  offsets: number;
  ends: number;
  weights: number;
  groups: number;
}

export interface TapLayout {
  /** Distance of two rows and of two pixels in the source, in bytes. */
  stride: number;
  pixelBytes: number;
  /** Rows above and below are summed before: taps with dy < 0 are in those with dy > 0, which count as two levels. */
  isFolded: boolean;
}

/** Levels of up to 255 whose sum still fits 16 bits. */
const maxSummed = 257;

/** Groups the taps of equal weight, which are summed before they are weighted: most of a disk's are. */
export function placeTaps(kernels: FilterKernels, { dx, dy, weights }: ShiftedSum, layout: TapLayout): PlacedTaps {
  const { stride, pixelBytes, isFolded } = layout;
  const taps = Array.from(weights.keys())
    .filter((tap) => !isFolded || dy[tap] >= 0)
    .sort((a, b) => weights[a] - weights[b]);
  const ends: number[] = [];
  let summed = 0;
  for (const [i, tap] of taps.entries()) {
    const levels = !isFolded ? 0 : dy[tap] > 0 ? 2 : 1;
    const isNew = i > 0 && Math.fround(weights[tap]) !== Math.fround(weights[taps[i - 1]]);
    if (isNew || summed + levels > maxSummed) {
      ends.push(i);
      summed = 0;
    }
    summed += levels;
  }
  ends.push(taps.length);
  return {
    offsets: kernels.place(Int32Array.from(taps, (tap) => dy[tap] * stride + dx[tap] * pixelBytes)),
    ends: kernels.place(Int32Array.from(ends, (end) => end * 4)),
    weights: kernels.place(Float32Array.from(ends, (end) => weights[taps[end - 1]])),
    groups: ends.length,
  };
}
