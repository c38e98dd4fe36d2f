import {
  abs,
  max,
  maximum,
  mean,
  minimum,
  mul,
  relu,
  type Scalar,
  scalar,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tensor4d,
} from '@tensorflow/tfjs-core';
import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { ChannelNormalization } from '../../trainer/data/loading/augment';
import type { Method, Passes } from '../../trainer/methods/method';
import { ballAround, pgdIteration } from '../../trainer/methods/pgd';

/** Draws of a step, and the signs of the gradients that the reference's attack went by: [N, S, S, 3] an iteration. */
export interface GoldenDraws extends MethodDraws {
  signs: readonly Float32Array[];
}

/** The attack of a method. */
export interface GoldenAttack {
  iterations: number;
  epsilonPixels: number;
  /** Negative: downwards on the attacked loss. */
  stepPixels: number;
  normalization: ChannelNormalization;
}

/** Values with a smaller gradient, over the largest, may go either way: rounding decides their sign. */
const uncertain = 1e-5;

/** The method as it is, but that its attacks go by the reference's gradients, whatever their own: they reach the same images. */
export function withReferenceSigns(method: Method, iterations: number): Method {
  return wrapped(method, iterations, ({ passes, reference }) => ({
    train: (loss, options) => {
      const result = passes.train(loss, options);
      return result.imageGradient ? { ...result, imageGradient: reference() } : result;
    },
    imageGradient: () => reference(),
  }));
}

/**
 * The same, but each iteration is also made with its own gradient, from the reference's images. Instead of the losses of the
 * branches a step gives, of its worst iteration: as `main` how many values come out differently though their gradient is not
 * uncertain, as `aux` the share of all values that come out differently.
 */
export function comparingIterations(method: Method, attack: GoldenAttack): Method {
  const { iterations, epsilonPixels, stepPixels, normalization } = attack;
  return {
    ...withReferenceSigns(method, iterations),
    run: (passes, batch, draws) => {
      const reference = referenceOf(draws);
      let clear: Tensor = scalar(0);
      let share: Tensor = scalar(0);
      const compare = (x: Tensor4D, own: Tensor4D) => {
        const signs = reference();
        // The attacked images are the last of the batch, or all of it.
        const ball = ballAround(slice(batch.images, batch.images.shape[0] - x.shape[0]), epsilonPixels, normalization);
        const [image, referenceImage] = [own, signs].map((gradient) =>
          pgdIteration(x, gradient, stepPixels, ball, normalization),
        );
        const differs = isPositive(abs(sub(image, referenceImage)));
        const size = abs(own);
        const isClear = isPositive(relu(sub(size, mul(max(size), uncertain))));
        clear = maximum(clear, sum(mul(differs, isClear)));
        share = maximum(share, mean(differs));
        return signs;
      };
      const { total } = method.run(
        {
          train: (loss, options) => {
            const result = passes.train(loss, options);
            if (!result.imageGradient) return result;
            return { ...result, imageGradient: compare(options!.gradientOf!, result.imageGradient) };
          },
          imageGradient: (x, batchNorm, loss) => compare(x, passes.imageGradient(x, batchNorm, loss)),
        },
        batch,
        draws,
      );
      return { total, main: clear as Scalar, aux: share as Scalar };
    },
  };
}

/** 1 where x is positive, 0 where it is 0. */
const isPositive = (x: Tensor): Tensor => minimum(mul(x, 1e30), 1);

function wrapped(
  method: Method,
  iterations: number,
  wrap: (context: { passes: Passes; reference: () => Tensor4D }) => Passes,
): Method {
  return {
    ...method,
    draw: (generator, batch) => {
      const draws = method.draw(generator, batch);
      const attacked = method.normalizedBatches?.(batch.size).at(-1) ?? batch.size;
      const length = attacked * batch.imageSize ** 2 * 3;
      const signs = Array.from({ length: iterations }, () => new Float32Array(length));
      return { ...draws, signs } satisfies GoldenDraws;
    },
    tensors: (draws, labels, imageSize) => {
      const { signs } = draws as GoldenDraws;
      const named = signs.map((values, iteration) => {
        const shape = [values.length / (imageSize ** 2 * 3), imageSize, imageSize, 3] as const;
        return [signName(iteration), tensor4d(values, [...shape])] as const;
      });
      return { ...method.tensors(draws, labels, imageSize), ...Object.fromEntries(named) };
    },
    run: (passes, batch, draws) => method.run(wrap({ passes, reference: referenceOf(draws) }), batch, draws),
  };
}

const signName = (iteration: number) => `reference-signs-${iteration}`;

/** The signs of one iteration after another. */
function referenceOf(draws: Record<string, Tensor>): () => Tensor4D {
  let iteration = 0;
  return () => draws[signName(iteration++)] as Tensor4D;
}
