import {
  cast,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  type Scalar,
  sum,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/** CE: softmax cross-entropy in nats, mean over the batch. logits [N, K], labels [N] from 0 to K−1. */
export function crossEntropy(logits: Tensor2D, labels: Tensor1D): Scalar {
  // tfjs's WebAssembly oneHot writes integers whatever type it is asked for.
  const targets = cast(oneHot(labels, logits.shape[1]), 'float32');
  return mean(neg(sum(mul(logSoftmax(logits), targets), 1))) as Scalar;
}
