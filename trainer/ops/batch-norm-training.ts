import { add, mean, mul, rsqrt, square, sub, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import { hasKernel, runKernel } from './kernels';

export interface BatchNormTrainingResult {
  /** [N, H, W, C] */
  y: Tensor4D;
  /** [C], over N, H and W. */
  mean: Tensor1D;
  /** [C], divided by N·H·W − 1: what PyTorch puts into the running variance. y is made with the biased one. */
  unbiasedVariance: Tensor1D;
}

/**
 * Batch normalisation with the batch's own statistics, as PyTorch's `batch_norm(training=True)`:
 * y = γ·(x − mean)/√(biased variance + ε) + β per channel, differentiable in x, γ and β.
 *
 * @param x [N, H, W, C], at least two values a channel
 * @param gamma [C]
 * @param beta [C]
 */
export function batchNormTraining(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
): BatchNormTrainingResult {
  if (hasKernel('MixpropBatchNormTraining')) {
    const [y, batchMean, variance] = runKernel('MixpropBatchNormTraining', { x, gamma, beta }, { epsilon });
    return { y: y as Tensor4D, mean: batchMean as Tensor1D, unbiasedVariance: variance as Tensor1D };
  }
  const batchMean = mean(x, [0, 1, 2]) as Tensor1D;
  const centred = sub(x, batchMean);
  const variance = mean(square(centred), [0, 1, 2]) as Tensor1D;
  const y = add(mul(centred, mul(gamma, rsqrt(add(variance, epsilon)))), beta) as Tensor4D;
  return { y, mean: batchMean, unbiasedVariance: unbiased(variance, x.shape) };
}

/** @param variance [C], biased @param shape [N, H, W, C], what it was taken over */
export function unbiased(variance: Tensor1D, [batch, height, width]: number[]): Tensor1D {
  const count = batch * height * width;
  return mul(variance, count / (count - 1));
}
