import { add, mul, type Scalar, sub, type Tensor } from '@tensorflow/tfjs-core';
import { hasKernel, runKernel, type SgdUpdateAttributes } from './kernels';

/** A tensor after an update. */
export interface SgdUpdated {
  weight: Tensor;
  velocity: Tensor;
}

/**
 * One update of one tensor by SGD with momentum, as PyTorch's: v ← momentum·v + (g + weightDecay·w); w ← w − lr·v.
 * `velocity` starts at zero, which equals PyTorch's first step.
 */
export function sgdUpdate(
  weight: Tensor,
  velocity: Tensor,
  gradient: Tensor,
  learningRate: Scalar,
  attributes: SgdUpdateAttributes,
): SgdUpdated {
  const inputs = { weight, velocity, gradient, learningRate };
  if (!hasKernel('MixpropSgdUpdate')) return plainSgdUpdate(weight, velocity, gradient, learningRate, attributes);
  const [newWeight, newVelocity] = runKernel('MixpropSgdUpdate', inputs, { ...attributes });
  return { weight: newWeight, velocity: newVelocity };
}

/** The update in plain ops. */
export function plainSgdUpdate(
  weight: Tensor,
  velocity: Tensor,
  gradient: Tensor,
  learningRate: Tensor,
  { momentum, weightDecay }: SgdUpdateAttributes,
): SgdUpdated {
  const decayed = weightDecay === 0 ? gradient : add(gradient, mul(weight, weightDecay));
  const newVelocity = momentum === 0 ? decayed : add(mul(velocity, momentum), decayed);
  return { weight: sub(weight, mul(newVelocity, learningRate)), velocity: newVelocity };
}
