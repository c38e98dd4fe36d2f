import {
  add,
  gather,
  mul,
  type Scalar,
  scalar,
  sub,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
} from '@tensorflow/tfjs-core';
import type { AuxiliarySource } from './auxiliary-source';
import { mixedLoss, mixedLossFloor } from './mixed-loss';

/**
 * Mixup (Zhang et al. 2018): x̃ = λx + (1−λ)x[π], with the loss λ·CE(y) + (1−λ)·CE(y[π]). λ ~ Beta(α, α) once a batch, π a
 * random permutation.
 */
export function mixup(alpha: number): AuxiliarySource {
  return {
    batch: 'mixed',
    draw: (generator, { size }) => ({
      lambda: generator.beta(alpha, alpha),
      permutation: Array.from(generator.permutation(size)),
    }),
    tensors: ({ lambda, permutation }) => ({ lambda: scalar(lambda!), permutation: tensor1d(permutation!, 'int32') }),
    images: (x, draws) => {
      const lambda = draws.lambda as Scalar;
      return add(mul(x, lambda), mul(gather(x, draws.permutation as Tensor1D), sub(1, lambda))) as Tensor4D;
    },
    loss: mixedLoss,
    lossFloor: mixedLossFloor,
  };
}
