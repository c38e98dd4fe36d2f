import { assembleBatch, type ChannelNormalization } from '../data/augment';
import type { ImageSet } from '../data/dataset';
import type { StepDraws } from './draws';
import type { HostBatch } from './executor';

/** The batch that the draws of a step choose, augmented and normalised. */
export function stepBatch(
  images: ImageSet,
  { indices, crops }: Pick<StepDraws, 'indices' | 'crops'>,
  normalization: ChannelNormalization,
): HostBatch {
  const { imageSize, labels } = images;
  const pixels = new Float32Array(indices.length * imageSize * imageSize * 3);
  assembleBatch(images, indices, crops, normalization, pixels);
  return { pixels, labels: Int32Array.from(indices, (index) => labels[index]), imageSize };
}
