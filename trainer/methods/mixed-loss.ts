import { add, gather, mul, type Scalar, sub, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import { crossEntropy } from './cross-entropy';

/** λ·CE(logits, y) + (1−λ)·CE(logits, y[π]), of the draws λ and π. */
export function mixedLoss(logits: Tensor2D, y: Tensor1D, draws: Record<string, Tensor>): Scalar {
  const lambda = draws.lambda as Scalar;
  const other = gather(y, draws.permutation as Tensor1D);
  return add(mul(lambda, crossEntropy(logits, y)), mul(sub(1, lambda), crossEntropy(logits, other))) as Scalar;
}

/**
 * The lowest mixed loss that any logits can reach: an image with two labels of weights λ and 1−λ costs at least their entropy,
 * one whose partner has the same label can cost nothing. In nats.
 */
export function mixedLossFloor({ lambda, permutation = [] }: MethodDraws, labels: Int32Array): number {
  const different = permutation.filter((partner, image) => labels[partner] !== labels[image]).length;
  return permutation.length === 0 ? 0 : (entropy(lambda!) * different) / permutation.length;
}

/** −λ·ln λ − (1−λ)·ln(1−λ) */
function entropy(lambda: number): number {
  return [lambda, 1 - lambda].reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
}
