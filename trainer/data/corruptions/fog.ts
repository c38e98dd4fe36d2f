import type { RgbImage } from '../resize';
import { plasmaFractal } from './plasma-fractal';
import type { RandomDraws } from './random-draws';
import type { CorruptionParameters } from './strengths';

/** Clouds are added and the sum scaled so that the brightest level can stay. */
export function fog(
  image: RgbImage,
  [amplitude, wibbleDecay]: CorruptionParameters['fog'],
  draws: RandomDraws,
): Uint8Array {
  const { data, width, height } = image;
  let size = 1;
  while (size < width || size < height) size *= 2;
  const clouds = plasmaFractal(size, wibbleDecay, draws);
  let highest = 0;
  for (let i = 0; i < data.length; i++) if (data[i] > highest) highest = data[i];
  const scale = highest / 255 / (highest / 255 + amplitude);
  const fixedScale = Math.round(65_536 * scale);
  const cloudScale = 65_536 * 255 * amplitude * scale;
  const output = new Uint8Array(data.length);
  let i = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cloud = (clouds[y * size + x] * cloudScale) | 0;
      // In 16-bit fixed point; never above the brightest level, (highest + amplitude) · scale.
      output[i] = (data[i] * fixedScale + cloud) >> 16;
      output[i + 1] = (data[i + 1] * fixedScale + cloud) >> 16;
      output[i + 2] = (data[i + 2] * fixedScale + cloud) >> 16;
      i += 3;
    }
  }
  return output;
}
