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

/** Kernel that a backend may register for `batchNormTraining`; its gradient goes with it. */
export const batchNormTrainingKernel = 'MixpropBatchNormTraining';

export interface BatchNormTrainingResult {
  /** [N, H, W, C] */
  y: Tensor4D;
  /** [C], over N, H and W. */
  mean: Tensor1D;
  /** [C], biased: divided by N·H·W. */
  variance: Tensor1D;
}

/**
 * Batch normalisation with the batch's own statistics, as PyTorch's `batch_norm(training=True)`:
 * y = γ·(x − mean)/√(variance + ε) + β per channel, differentiable in x, γ and β.
 *
 * @param x [N, H, W, C]
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
    const [y, batchMean, variance] = engine().runKernel(
      batchNormTrainingKernel,
      { x, gamma, beta },
      { epsilon },
    ) as unknown as Tensor[];
    return { y: y as Tensor4D, mean: batchMean as Tensor1D, variance: variance as Tensor1D };
  }
  const batchMean = mean(x, [0, 1, 2]) as Tensor1D;
  const centred = sub(x, batchMean);
  const variance = mean(square(centred), [0, 1, 2]) as Tensor1D;
  const y = add(mul(centred, mul(gamma, rsqrt(add(variance, epsilon)))), beta) as Tensor4D;
  return { y, mean: batchMean, variance };
}
