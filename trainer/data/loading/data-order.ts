import { Generator } from '../../random/generator';

/**
 * The order in which an epoch visits the training images: a permutation of 0 … count−1 that depends only on seed and epoch.
 *
 * @param epoch from 1
 */
export function epochOrder(seed: number, epoch: number, count: number): Int32Array {
  return new Generator(seed, 'order', epoch).permutation(count);
}

/**
 * Steps in an epoch. The last, smaller batch is kept, even where a single image is left for it (its batch statistics are then
 * over the pixels of that image alone).
 */
export function stepsPerEpoch(count: number, batchSize: number): number {
  return Math.ceil(count / batchSize);
}
