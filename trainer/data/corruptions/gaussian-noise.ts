import type { RgbImage } from '../images/resize';
import { addLevelNoise, cachedLevelNoise, levelNoise, normalLevels } from './level-noise';
import { normalDistribution } from './portable-math';
import type { RandomDraws } from './random-draws';

/** x + N(0, deviation). */
export function gaussianNoise(image: RgbImage, deviation: number, draws: RandomDraws): Uint8Array {
  return addLevelNoise(image, tableOf(deviation), draws);
}

const tableOf = cachedLevelNoise((deviation) => {
  // Only the distance of two levels matters.
  const byDistance = Float64Array.from({ length: 512 }, (_, i) => normalDistribution((i - 256) / (255 * deviation)));
  return levelNoise((level, probabilities) =>
    normalLevels(level, deviation, (z) => byDistance[Math.round(z * 255 * deviation) + 256], probabilities),
  );
});
