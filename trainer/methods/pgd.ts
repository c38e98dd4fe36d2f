import {
  add,
  cast,
  greater,
  less,
  maximum,
  minimum,
  mul,
  sub,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tensor4d,
} from '@tensorflow/tfjs-core';
import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { ChannelNormalization } from '../data/loading/augment';
import { Generator } from '../random/generator';
import type { BatchSize } from './method';
import { pixelUnits } from './pixel-units';

/** Bounds of the images that an attack may reach from x: [N, S, S, 3] each. */
export interface Ball {
  lower: Tensor4D;
  upper: Tensor4D;
}

/** The valid images within ε of x, in L∞. @param epsilonPixels ε, in 1/255 */
export function ballAround(x: Tensor4D, epsilonPixels: number, normalization: ChannelNormalization): Ball {
  const { unit, lowest, highest } = pixelUnits(normalization);
  const epsilon = mul(unit, epsilonPixels);
  return {
    lower: maximum(sub(x, epsilon), lowest) as Tensor4D,
    upper: minimum(add(x, epsilon), highest) as Tensor4D,
  };
}

/** Where an attack starts: x + ε·start, in the ball. @param start [N, S, S, 3] in [−1, 1]; zeros start at x */
export function pgdStart(
  x: Tensor4D,
  start: Tensor,
  epsilonPixels: number,
  ball: Ball,
  normalization: ChannelNormalization,
): Tensor4D {
  return clipToBall(add(x, mul(start, mul(pixelUnits(normalization).unit, epsilonPixels))), ball);
}

/**
 * One iteration of projected gradient descent (Madry et al. 2018): x + α·sign(∇) in the ball; with a negative α, descent.
 *
 * @param gradient of the attacked loss with respect to x, [N, S, S, 3]
 * @param stepPixels α, in 1/255
 */
export function pgdIteration(
  x: Tensor4D,
  gradient: Tensor4D,
  stepPixels: number,
  ball: Ball,
  normalization: ChannelNormalization,
): Tensor4D {
  return clipToBall(add(x, mul(signOf(gradient), mul(pixelUnits(normalization).unit, stepPixels))), ball);
}

/** sign(x). tfjs's own treats values below 1.2e-7 as 0 on WebAssembly: gradients of images that the network is certain of. */
function signOf(x: Tensor): Tensor {
  return sub(cast(greater(x, 0), 'float32'), cast(less(x, 0), 'float32'));
}

const clipToBall = (x: Tensor, { lower, upper }: Ball): Tensor4D => minimum(maximum(x, lower), upper) as Tensor4D;

/** Whether an attack starts at random, drawn once a batch. @param probability of it, in [0, 1] */
export function drawStart(generator: Generator, probability: number): Pick<MethodDraws, 'startSeed'> {
  const starts = generator.uniform() < probability;
  const startSeed = generator.uint32();
  return starts ? { startSeed } : {};
}

/** [N, S, S, 3], uniform in [−1, 1), or zeros for an attack that starts at the clean images. */
export function startTensor({ startSeed }: MethodDraws, { size, imageSize }: BatchSize): Tensor4D {
  const count = size * imageSize ** 2 * 3;
  const values =
    startSeed === undefined ? new Float32Array(count) : new Generator(startSeed, 'pgd-start').signedUniforms(count);
  return tensor4d(values, [size, imageSize, imageSize, 3]);
}

/**
 * The classes that targeted attacks aim at: for each image another class than its own, all others equally likely. The draw is
 * an offset from 1 to K−1, which does not depend on the label.
 */
export function drawTargets(generator: Generator, size: number, classes: number): number[] {
  return Array.from({ length: size }, () => 1 + generator.integer(classes - 1));
}

/** [N] int32: (label + offset) mod K. */
export function targetTensor(offsets: readonly number[], labels: Int32Array, classes: number): Tensor {
  return tensor1d(
    offsets.map((offset, image) => (labels[image] + offset) % classes),
    'int32',
  );
}
