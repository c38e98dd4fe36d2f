import { add, mul, type Scalar } from '@tensorflow/tfjs-core';
import type { MethodLoss } from './method';

/** How the losses of both branches become one. */
export type LossReduction = 'sum' | 'mean';

/** main + aux (Eq. 1), or half of it: the mean over 2N images that the public AdvProp code takes. */
export function dualLoss(main: Scalar, aux: Scalar, reduction: LossReduction): MethodLoss {
  const sum = add(main, aux) as Scalar;
  return { total: reduction === 'mean' ? (mul(sum, 0.5) as Scalar) : sum, main, aux };
}
