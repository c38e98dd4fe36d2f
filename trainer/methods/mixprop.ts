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
import type { MethodSettings } from '../experiment/schema';
import { crossEntropy } from './cross-entropy';
import type { Method } from './method';

/**
 * MixProp, Eq. (1): CE(f(x; main), y) + λ·CE(f(x̃; aux), y) + (1−λ)·CE(f(x̃; aux), y[π]) with x̃ = λx + (1−λ)x[π].
 * λ ~ Beta(α, α) once a batch, π a random permutation.
 */
export function mixprop(settings: Extract<MethodSettings, { type: 'mixprop' }>): Method {
  return {
    branches: ['main', 'aux'],
    draw: (generator, batchSize) => ({
      lambda: generator.beta(settings.alpha, settings.alpha),
      permutation: Array.from(generator.permutation(batchSize)),
    }),
    tensors: ({ lambda, permutation }) => ({
      lambda: scalar(lambda!),
      permutation: tensor1d(permutation!, 'int32'),
    }),
    loss: (network, { images: x, labels: y }, draws, context) => {
      const lambda = draws.lambda as Scalar;
      const permutation = draws.permutation as Tensor1D;
      const rest = sub(1, lambda) as Scalar;
      const mixed = add(mul(x, lambda), mul(gather(x, permutation), rest)) as Tensor4D;
      const [clean, auxiliary] = network.forward(
        [
          { x, branch: 'main' },
          { x: mixed, branch: 'aux' },
        ],
        context,
      );
      const main = crossEntropy(clean.logits, y);
      const aux = add(
        mul(lambda, crossEntropy(auxiliary.logits, y)),
        mul(rest, crossEntropy(auxiliary.logits, gather(y, permutation))),
      ) as Scalar;
      const total = add(main, aux) as Scalar;
      return { total: settings.lossReduction === 'mean' ? (mul(total, 0.5) as Scalar) : total, main, aux };
    },
  };
}
