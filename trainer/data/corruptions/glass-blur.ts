import type { RgbImage } from '../images/resize';
import { gaussianFilterImage } from './gaussian-filter';
import type { RandomDraws } from './random-draws';
import type { CorruptionParameters } from './strengths';

/**
 * Blur, pixels taken from random places nearby, blur. The original means to exchange two pixels; what its assignment of two
 * views of one array does is copy the far pixel to the near one, and so the published data set is made.
 */
export function glassBlur(
  image: RgbImage,
  [sigma, maxDelta, iterations]: CorruptionParameters['glass_blur'],
  draws: RandomDraws,
): Uint8Array {
  const { width, height } = image;
  const data = gaussianFilterImage(image, sigma);
  const across = Math.max(0, width - 2 * maxDelta);
  const words = new Uint32Array(across * Math.max(0, height - 2 * maxDelta));
  const range = 2 * maxDelta;
  for (let i = 0; i < iterations; i++) {
    draws.fillWords(words);
    let next = 0;
    for (let y = height - maxDelta; y > maxDelta; y--) {
      for (let x = width - maxDelta; x > maxDelta; x--) {
        const word = words[next++];
        const dx = (((word & 0xffff) * range) >> 16) - maxDelta;
        const dy = (((word >>> 16) * range) >> 16) - maxDelta;
        const to = (y * width + x) * 3;
        const from = to + (dy * width + dx) * 3;
        data[to] = data[from];
        data[to + 1] = data[from + 1];
        data[to + 2] = data[from + 2];
      }
    }
  }
  return gaussianFilterImage({ data, width, height }, sigma);
}
