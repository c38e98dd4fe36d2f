import type { FilterKernels } from './filter-kernels';

/**
 * Added before levels are cut off, so that a level that exact arithmetic leaves as it is stays so in float32. The original
 * computes in float64 and cuts off 99.99… as it comes.
 */
export const roundingBias = 1 / 1024;

/** Floats in the kernels' memory, clipped to [0, 255] and cut off. */
export function toLevels(kernels: FilterKernels, floats: number, count: number): Uint8Array {
  const bytes = kernels.area(count / 4);
  kernels.narrow(floats, bytes, count, roundingBias);
  return kernels.bytes(bytes, count).slice();
}
