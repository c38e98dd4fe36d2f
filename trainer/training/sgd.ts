import { add, mul, type Scalar, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from '../experiment/schema';
import type { ParameterRole } from '../models/layers';

/**
 * One update of one tensor by SGD with momentum, as PyTorch's: v ← momentum·v + (g + weightDecay·w); w ← w − lr·v.
 * `velocity` starts at zero, which equals PyTorch's first step.
 */
export function sgdUpdate(
  weight: Tensor,
  velocity: Tensor,
  gradient: Tensor,
  learningRate: Scalar,
  settings: OptimizerSettings,
  role: ParameterRole,
): { weight: Tensor; velocity: Tensor } {
  const isNormalization = role === 'normalization-weight' || role === 'normalization-bias';
  const decay = isNormalization && !settings.weightDecayNormalization ? 0 : settings.weightDecay;
  const decayed = decay === 0 ? gradient : add(gradient, mul(weight, decay));
  const newVelocity = settings.momentum === 0 ? decayed : add(mul(velocity, settings.momentum), decayed);
  return { weight: sub(weight, mul(newVelocity, learningRate)), velocity: newVelocity };
}
