import type { RgbImage } from '../images/resize';
import { addLevelNoise, cachedLevelNoise, levelNoise } from './level-noise';
import { exponential } from './portable-math';
import type { RandomDraws } from './random-draws';

/** Poisson(x·photons) / photons. */
export function shotNoise(image: RgbImage, photons: number, draws: RandomDraws): Uint8Array {
  return addLevelNoise(image, tableOf(photons), draws);
}

const tableOf = cachedLevelNoise((photons) =>
  levelNoise((level, probabilities) => {
    const mean = (level / 255) * photons;
    let probability = exponential(-mean);
    let rest = 1;
    // From `photons` on the result is white.
    for (let count = 0; count < photons; count++) {
      probabilities[Math.floor(Math.min(1, count / photons) * 255)] += probability;
      rest -= probability;
      probability *= mean / (count + 1);
    }
    probabilities[255] += Math.max(0, rest);
  }),
);
