import { add, engine, getBackend, getKernel, mul, type Scalar, sub, type Tensor } from '@tensorflow/tfjs-core';

/** Kernel that a backend may register for `sgdUpdate`: weight, velocity, gradient, learningRate → new weight and velocity. */
export const sgdUpdateKernel = 'MixpropSgdUpdate';

export interface SgdUpdateAttributes {
  momentum: number;
  /** Of this tensor: 0 where the decay does not cover it. */
  weightDecay: number;
}

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
  if (!getKernel(sgdUpdateKernel, getBackend())) {
    return plainSgdUpdate(weight, velocity, gradient, learningRate, attributes);
  }
  const inputs = { weight, velocity, gradient, learningRate };
  const [newWeight, newVelocity] = engine().runKernel(sgdUpdateKernel, inputs, {
    ...attributes,
  }) as unknown as Tensor[];
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
