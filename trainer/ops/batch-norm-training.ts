import {
  add,
  engine,
  getBackend,
  getKernel,
  mean,
  mul,
  rsqrt,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';

/**
 * Kernel that a backend may register for `batchNormTraining`: x, gamma, beta → y, mean, unbiased variance, and up to three
 * tensors that its gradient needs.
 */
export const batchNormTrainingKernel = 'MixpropBatchNormTraining';

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
  if (getKernel(batchNormTrainingKernel, getBackend())) {
    const [y, batchMean, unbiasedVariance] = engine().runKernel(
      batchNormTrainingKernel,
      { x, gamma, beta },
      { epsilon },
    ) as unknown as Tensor[];
    return { y: y as Tensor4D, mean: batchMean as Tensor1D, unbiasedVariance: unbiasedVariance as Tensor1D };
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
