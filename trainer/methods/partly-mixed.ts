import { addN, concat, mul, type Scalar, slice } from '@tensorflow/tfjs-core';
import type { AuxiliarySource } from './auxiliary-source';
import { crossEntropy } from './cross-entropy';
import type { MethodSteps } from './method';

/**
 * Mixup and CutMix as the paper compares with them: a source replaces a part of each batch, its first ⌊N·fraction⌉ images;
 * the rest stays clean. One branch, one loss: the mean over all N images.
 */
export function partlyMixed(source: AuxiliarySource, fraction: number): MethodSteps {
  const mixedOf = (size: number) => Math.round(size * fraction);
  return {
    draw: (generator, { size, imageSize }) => {
      const mixed = mixedOf(size);
      return { mixed, ...source.draw(generator, { size: mixed, imageSize }) };
    },
    tensors: (draws, labels, imageSize) => source.tensors(draws, { size: mixedOf(labels.length), imageSize }),
    run: (passes, { images: x, labels: y }, draws) => {
      const size = y.shape[0];
      const mixed = mixedOf(size);
      const parts = [
        ...(mixed > 0 ? [source.images(slice(x, 0, mixed), draws)] : []),
        ...(mixed < size ? [slice(x, mixed)] : []),
      ];
      return passes.train((forward) => {
        const [logits] = forward({ x: concat(parts), branch: 'main', batch: `${source.batch} and clean` });
        const mixedLoss = () => source.loss(slice(logits, 0, mixed), slice(y, 0, mixed), draws);
        const cleanLoss = () => crossEntropy(slice(logits, mixed), slice(y, mixed));
        const main = addN([
          ...(mixed > 0 ? [mul(mixedLoss(), mixed / size)] : []),
          ...(mixed < size ? [mul(cleanLoss(), 1 - mixed / size)] : []),
        ]) as Scalar;
        return { total: main, main };
      }).loss;
    },
    lossFloor: (draws, labels) =>
      (draws.mixed! / labels.length) * source.lossFloor(draws, labels.subarray(0, draws.mixed)),
  };
}
