import type { ImageSet } from '../data/dataset';
import type { LoadedBatch } from '../data/workers/batch-pool';
import type { HostBatch } from '../execution/executor';
import type { StepDraws } from './draws';

/** The loaded batch of a step, with its labels. */
export function stepBatch(
  { imageSize, labels }: ImageSet,
  { request, pixels }: Pick<LoadedBatch<StepDraws>, 'request' | 'pixels'>,
): HostBatch {
  return { pixels, labels: Int32Array.from(request.indices, (index) => labels[index]), imageSize };
}
