import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { Experiment } from '../../common/experiment/schema';
import type { DrawsEvent, RunEventBody } from '../../common/run/events';
import type { ImageSet } from '../data/dataset';
import { storedSize } from '../data/images/image-reader';
import { drawResizedCrop } from '../data/images/resized-crop';
import { type CropDraws, drawCropFlip } from '../data/loading/augment';
import { epochOrder, stepsPerEpoch } from '../data/loading/data-order';
import type { Method } from '../methods/method';
import { Generator } from '../random/generator';

/** Everything random in a training step. */
export interface StepDraws {
  /** [B], data-set indices. */
  indices: Int32Array;
  /** null: images as they are. */
  crops: CropDraws | null;
  method: MethodDraws;
}

/** Makes the draws of a run's steps. Each depends on the experiment's seed and the step alone. */
export class Drawing {
  private order: { epoch: number; indices: Int32Array } | undefined;

  constructor(
    private readonly experiment: Pick<Experiment, 'seed' | 'training' | 'augmentation'>,
    private readonly method: Method,
    private readonly images: Pick<ImageSet, 'count' | 'imageSize' | 'source'>,
  ) {}

  /** @param step from 1 */
  step(step: number): StepDraws {
    const { seed, training } = this.experiment;
    const { count, imageSize } = this.images;
    const steps = stepsPerEpoch(count, training.batchSize);
    const epoch = Math.floor((step - 1) / steps) + 1;
    if (this.order?.epoch !== epoch) this.order = { epoch, indices: epochOrder(seed, epoch, count) };
    const first = ((step - 1) % steps) * training.batchSize;
    const indices = this.order.indices.slice(first, first + training.batchSize);
    const size = indices.length;
    return {
      indices,
      crops: this.crops(step, indices),
      method: this.method.draw(new Generator(seed, 'method', step), { size, imageSize }),
    };
  }

  /** @yields the draws of the steps from `first` to `last` */
  *steps(first: number, last: number): IterableIterator<StepDraws> {
    for (let step = first; step <= last; step++) yield this.step(step);
  }

  private crops(step: number, indices: Int32Array): CropDraws | null {
    const { seed, augmentation } = this.experiment;
    const generator = new Generator(seed, 'augmentation', step);
    switch (augmentation.type) {
      case 'none':
        return null;
      case 'crop-flip':
        return drawCropFlip(generator, indices.length);
      case 'resized-crop-flip':
        return drawResizedCrop(generator, indices.length, (i) => storedSize(this.images, indices[i]));
    }
  }
}

/** The draws of a step as the record that `record.draws` writes. */
export function drawsRecord(step: number, { indices, crops, method }: StepDraws): RunEventBody {
  const crop = crops && {
    top: [...crops.top],
    left: [...crops.left],
    ...('height' in crops && { height: [...crops.height], width: [...crops.width] }),
    flip: [...crops.flip],
  };
  return { type: 'draws', step, indices: [...indices], ...(crop && { crop }), ...method };
}

/** The draws of a step from its record. */
export function recordedDraws({ seq, time, type, step, indices, crop, ...method }: DrawsEvent): StepDraws {
  return { indices: Int32Array.from(indices), crops: crop ? recordedCrops(crop) : null, method };
}

function recordedCrops({ top, left, height, width, flip }: NonNullable<DrawsEvent['crop']>): CropDraws {
  if (height && width) {
    return {
      top: Int32Array.from(top),
      left: Int32Array.from(left),
      height: Int32Array.from(height),
      width: Int32Array.from(width),
      flip: Uint8Array.from(flip),
    };
  }
  return { top: Uint8Array.from(top), left: Uint8Array.from(left), flip: Uint8Array.from(flip) };
}
