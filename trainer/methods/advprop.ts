import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { SettingsOfMethod } from '../../common/experiment/methods/methods';
import { crossEntropy } from './cross-entropy';
import { dualLoss } from './dual-loss';
import type { MethodData, MethodSteps } from './method';
import { ballAround, drawStart, drawTargets, pgdIteration, pgdStart, startTensor, targetTensor } from './pgd';

/**
 * AdvProp (Xie et al. 2020): CE(f(x; main), y) + CE(f(x + δ; aux), y). δ comes from n iterations of PGD against f(·; aux), in
 * inference mode by default: upwards on the loss of y, or, targeted, downwards on that of another class.
 */
export function advprop(
  { attack, lossReduction }: SettingsOfMethod<'advprop'>,
  { normalization, classes }: MethodData,
): MethodSteps {
  const { epsilonPixels, steps, targeted, randomStart, batchNorm } = attack;
  const stepPixels = targeted ? -attack.stepPixels : attack.stepPixels;
  if (targeted && classes < 2) {
    throw new RangeError(
      'a targeted attack aims at another class, and there is one: set method.attack.targeted to false',
    );
  }
  return {
    draw: (generator, { size }) => ({
      ...drawStart(generator, randomStart),
      ...(targeted && { targetOffsets: drawTargets(generator, size, classes) }),
    }),
    tensors: (draws, labels, imageSize) => ({
      start: startTensor(draws, { size: labels.length, imageSize }),
      ...(targeted && { targets: targetTensor(draws.targetOffsets!, labels, classes) }),
    }),
    run: (passes, { images: x, labels: y }, draws) => {
      const attacked = targeted ? (draws.targets as Tensor1D) : y;
      const ball = ballAround(x, epsilonPixels, normalization);
      let adversarial = pgdStart(x, draws.start, epsilonPixels, ball, normalization);
      for (let iteration = 0; iteration < steps; iteration++) {
        const input = adversarial;
        const gradient = passes.imageGradient(input, batchNorm, (forward) => {
          const [logits] = forward({ x: input, branch: 'aux', batch: 'attack' });
          return crossEntropy(logits, attacked);
        });
        adversarial = pgdIteration(input, gradient, stepPixels, ball, normalization);
      }
      return passes.train((forward) => {
        const [clean, auxiliary] = forward(
          { x, branch: 'main', batch: 'clean' },
          { x: adversarial, branch: 'aux', batch: 'adversarial' },
        );
        return dualLoss(crossEntropy(clean, y), crossEntropy(auxiliary, y), lossReduction);
      }).loss;
    },
  };
}
