import { type CropFlipDraws, drawCropFlip } from '../data/augment';
import type { ImageSet } from '../data/dataset';
import { epochOrder, stepsPerEpoch } from '../data/loader';
import type { Experiment } from '../experiment/schema';
import type { Method, MethodDraws } from '../methods/method';
import type { DrawsEvent, RunEventBody } from '../run/events';
import { Generator } from './generator';

/** Everything random in a training step. */
export interface StepDraws {
  /** [B], data-set indices. */
  indices: Int32Array;
  /** null: images as they are. */
  crops: CropFlipDraws | null;
  method: MethodDraws;
}

/** Draws steps of a run. Each depends on the experiment's seed and the step alone. */
export class Drawing {
  private order: { epoch: number; indices: Int32Array } | undefined;

  constructor(
    private readonly experiment: Pick<Experiment, 'seed' | 'training' | 'augmentation'>,
    private readonly method: Method,
    private readonly images: Pick<ImageSet, 'count' | 'imageSize'>,
  ) {}

  /** @param step from 1 */
  step(step: number): StepDraws {
    const { seed, training, augmentation } = this.experiment;
    const { count, imageSize } = this.images;
    const steps = stepsPerEpoch(count, training.batchSize);
    const epoch = Math.floor((step - 1) / steps) + 1;
    if (this.order?.epoch !== epoch) this.order = { epoch, indices: epochOrder(seed, epoch, count) };
    const first = ((step - 1) % steps) * training.batchSize;
    const indices = this.order.indices.slice(first, first + training.batchSize);
    const size = indices.length;
    return {
      indices,
      crops: augmentation.type === 'crop-flip' ? drawCropFlip(new Generator(seed, 'augmentation', step), size) : null,
      method: this.method.draw(new Generator(seed, 'method', step), { size, imageSize }),
    };
  }
}

/** The draws of a step as the record that `record.draws` writes. */
export function drawsRecord(step: number, { indices, crops, method }: StepDraws): RunEventBody {
  const crop = crops && { top: [...crops.top], left: [...crops.left], flip: [...crops.flip] };
  return { type: 'draws', step, indices: [...indices], ...(crop && { crop }), ...method };
}

/** The draws of a step from its record. */
export function recordedDraws({ seq, time, type, step, indices, crop, ...method }: DrawsEvent): StepDraws {
  const crops = crop && {
    top: Uint8Array.from(crop.top),
    left: Uint8Array.from(crop.left),
    flip: Uint8Array.from(crop.flip),
  };
  return { indices: Int32Array.from(indices), crops: crops ?? null, method };
}
