import type { RgbImage } from '../images/resize';
import { addLevelNoise, cachedLevelNoise, levelNoise, normalLevels } from './level-noise';
import { normalDistribution } from './portable-math';
import type { RandomDraws } from './random-draws';

/** x + x·N(0, deviation). */
export function speckleNoise(image: RgbImage, deviation: number, draws: RandomDraws): Uint8Array {
  return addLevelNoise(image, tableOf(deviation), draws);
}

const tableOf = cachedLevelNoise((deviation) =>
  levelNoise((level, probabilities) => {
    if (level === 0) probabilities[0] = 1;
    else normalLevels(level, (deviation * level) / 255, normalDistribution, probabilities);
  }),
);
