import { mix32 } from './mix32';

/** Larger tensors are stored as their norm and 32 projections. */
const fullLimit = 33;

/** How many values are stored of a tensor. */
export const digestLength = (elements: number): number => Math.min(elements, fullLimit);

/**
 * What is stored of a tensor: all of a small one; of a larger one the norm, then 32 projections Σ ±v, where bit k of a hash of
 * the element's index says the sign in projection k.
 */
export function digest(values: Float32Array): ArrayLike<number> {
  if (values.length <= fullLimit) return values;
  const sums = new Float64Array(fullLimit);
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const hash = mix32(i + 1);
    for (let k = 0; k < 32; k++) sums[k + 1] += (hash >>> k) & 1 ? values[i] : -values[i];
    squares += values[i] ** 2;
  }
  sums[0] = Math.sqrt(squares);
  return sums;
}
