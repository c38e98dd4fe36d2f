import { type FilterKernels, filterKernels } from './filter-kernels';
import type { RandomDraws } from './random-draws';

/**
 * A height map by the diamond-square algorithm, on a torus, from 0 to 1: [size, size].
 * @param size a power of two
 * @param decay by how much the amplitude falls from one scale to the next
 */
export function plasmaFractal(size: number, decay: number, draws: RandomDraws): Float64Array {
  const kernels = filterKernels();
  kernels.reset();
  return kernels.doubles(drawPlasma(kernels, size, decay, draws), size * size).slice();
}

/** The same in the kernels' memory: its byte offset. */
export function drawPlasma(kernels: FilterKernels, size: number, decay: number, draws: RandomDraws): number {
  const field = kernels.area(2 * size * size);
  const wordCount = Math.max(1, size * size - 1);
  const words = kernels.area(wordCount);
  kernels.doubles(field, size * size).fill(0);
  draws.drawWords(kernels, words, wordCount);
  kernels.plasma(field, words, size, decay);
  return field;
}
