import { add, mul, type Scalar, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { SettingsOfMethod } from '../../common/experiment/methods/methods';
import { crossEntropy } from './cross-entropy';
import type { MethodData, MethodSteps } from './method';
import { ballAround, drawStart, pgdIteration, pgdStart, startTensor } from './pgd';
import { vanilla } from './vanilla';

/**
 * Fast AdvProp (Mei et al. 2022; meijieru/fast_advprop): the batch is split into clean images x and others x′, which are
 * attacked by one untargeted PGD iteration through aux with batch statistics. The attack's pass trains too:
 * with a share s of clean images, shared weights learn from s·CE(f(x; main)) + (1−s)·½·[CE(f(x′; aux)) + CE(f(x′ + δ; aux))], main's γ
 * and β from CE(f(x; main)), aux's from the bracket's half. The last ⌊N·fraction⌉ images are attacked; a lone image
 * is clean.
 */
export function fastAdvprop(
  { fraction, attack }: SettingsOfMethod<'fast-advprop'>,
  { normalization }: MethodData,
): MethodSteps {
  const { epsilonPixels, stepPixels, randomStart } = attack;
  const cleanOf = (size: number) => size - Math.min(size - 1, Math.max(1, Math.round(size * fraction)));
  return {
    draw: (generator) => drawStart(generator, randomStart),
    tensors: (draws, labels, imageSize): Record<string, Tensor> => {
      const size = labels.length - cleanOf(labels.length);
      return size > 0 ? { start: startTensor(draws, { size, imageSize }) } : {};
    },
    run: (passes, { images, labels }, draws) => {
      const size = labels.shape[0];
      const clean = cleanOf(size);
      if (clean === size) return vanilla().run(passes, { images, labels }, draws);
      const [x, y] = [slice(images, 0, clean), slice(labels, 0, clean)];
      const [xOther, yOther] = [slice(images, clean), slice(labels, clean)];
      const ball = ballAround(xOther, epsilonPixels, normalization);
      const start = pgdStart(xOther, draws.start, epsilonPixels, ball, normalization);
      const share = clean / size;
      const halfOfRest = (1 - share) / 2;
      const normalizationScale = { main: 1 / share, aux: 1 / (1 - share) };

      const first = passes.train(
        (forward) => {
          const [cleanLogits, attackLogits] = forward(
            { x, branch: 'main', batch: 'clean' },
            { x: start, branch: 'aux', batch: 'attacked' },
          );
          const main = crossEntropy(cleanLogits, y);
          const aux = crossEntropy(attackLogits, yOther);
          return { total: add(mul(main, share), mul(aux, halfOfRest)) as Scalar, main, aux };
        },
        { gradientOf: start, normalizationScale },
      );
      const adversarial = pgdIteration(start, first.imageGradient!, stepPixels, ball, normalization);
      const second = passes.train(
        (forward) => {
          const [logits] = forward({ x: adversarial, branch: 'aux', batch: 'adversarial' });
          const aux = crossEntropy(logits, yOther);
          return { total: mul(aux, halfOfRest) as Scalar, aux };
        },
        { normalizationScale },
      );
      return {
        total: add(first.loss.total, second.loss.total) as Scalar,
        main: first.loss.main,
        aux: mul(add(first.loss.aux, second.loss.aux), 0.5) as Scalar,
      };
    },
    normalizedBatches: (size) => [cleanOf(size), size - cleanOf(size)].filter((count) => count > 0),
  };
}
