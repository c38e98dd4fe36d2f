import type { RgbImage } from '../images/resize';
import { addLevelNoise, cachedLevelNoise, levelNoise } from './level-noise';
import type { RandomDraws } from './random-draws';

/** Salt and pepper: a value, each channel apart, becomes 0 or 255 with probability share / 2 each. */
export function impulseNoise(image: RgbImage, share: number, draws: RandomDraws): Uint8Array {
  return addLevelNoise(image, tableOf(share), draws);
}

const tableOf = cachedLevelNoise((share) =>
  levelNoise((level, probabilities) => {
    probabilities[level] = 1 - share;
    probabilities[0] += share / 2;
    probabilities[255] += share / 2;
  }),
);
