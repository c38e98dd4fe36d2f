import type { AuxiliarySource } from './auxiliary-source';
import { crossEntropy } from './cross-entropy';
import { dualLoss, type LossReduction } from './dual-loss';
import type { MethodSteps } from './method';

/**
 * MixProp, Eq. (1): CE(f(x; main), y) + λ·CE(f(x̃; aux), y) + (1−λ)·CE(f(x̃; aux), y[π]) with x̃ = λx + (1−λ)x[π]. The source says
 * what x̃ is and what its loss: mixup in the paper.
 */
export function mixprop(source: AuxiliarySource, lossReduction: LossReduction): MethodSteps {
  return {
    draw: (generator, batch) => source.draw(generator, batch),
    tensors: (draws, labels, imageSize) => source.tensors(draws, { size: labels.length, imageSize }),
    run: (passes, { images: x, labels: y }, draws) => {
      const mixed = source.images(x, draws);
      return passes.train((forward) => {
        const [clean, auxiliary] = forward(
          { x, branch: 'main', batch: 'clean' },
          { x: mixed, branch: 'aux', batch: source.batch },
        );
        return dualLoss(crossEntropy(clean, y), source.loss(auxiliary, y, draws), lossReduction);
      }).loss;
    },
    lossFloor: (draws, labels) => source.lossFloor(draws, labels),
  };
}
