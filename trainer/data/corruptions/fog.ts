import type { RgbImage } from '../images/resize';
import { filterKernels } from './filter-kernels';
import { drawPlasma } from './plasma-fractal';
import type { RandomDraws } from './random-draws';
import type { CorruptionParameters } from './strengths';

/** Clouds are added and the sum scaled so that the brightest level can stay. */
export function fog(
  { data, width, height }: RgbImage,
  [amplitude, wibbleDecay]: CorruptionParameters['fog'],
  draws: RandomDraws,
): Uint8Array {
  const kernels = filterKernels();
  kernels.reset();
  let size = 1;
  while (size < width || size < height) size *= 2;
  const clouds = drawPlasma(kernels, size, wibbleDecay, draws);
  const bytes = kernels.place(data);
  const highest = kernels.highestLevel(bytes, data.length);
  const scale = highest / 255 / (highest / 255 + amplitude);
  // In 16-bit fixed point; never above the brightest level, (highest + amplitude) · scale.
  const levelScale = Math.round(65_536 * scale);
  const cloudScale = 65_536 * 255 * amplitude * scale;
  kernels.addClouds(bytes, width, height, clouds, size, levelScale, cloudScale);
  return kernels.bytes(bytes, data.length).slice();
}
