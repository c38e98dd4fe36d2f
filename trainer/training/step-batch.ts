import type { LoadedBatch } from '../data/batch-loader';
import type { ImageSet } from '../data/dataset';
import type { StepDraws } from './draws';
import type { HostBatch } from './executor';

/** The batch that the draws of a step choose, as it has been loaded. */
export function stepBatch(
  { imageSize, labels }: ImageSet,
  { request, pixels }: Pick<LoadedBatch<StepDraws>, 'request' | 'pixels'>,
): HostBatch {
  return { pixels, labels: Int32Array.from(request.indices, (index) => labels[index]), imageSize };
}
