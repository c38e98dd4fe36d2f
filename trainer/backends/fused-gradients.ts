import {
  clone,
  engine,
  type NamedAttrMap,
  registerGradient,
  type Tensor,
  unregisterGradient,
} from '@tensorflow/tfjs-core';
import { batchNormTrainingKernel } from '../ops/batch-norm-training';

/** dy, y of a ReLU → dx. Kernel of every backend of ours. */
export const reluGradientKernel = 'MixpropReluGradient';
/**
 * dy, x, gamma, mean and what else the forward kernel returned → dx, dγ, dβ; attributes as forward. Kernel of every backend
 * of ours.
 */
export const batchNormGradientKernel = `${batchNormTrainingKernel}Gradient`;

/** Registers the gradients that run as one kernel. Gradients belong to an op, not to a backend. */
export function registerFusedGradients(): void {
  unregisterGradient('Relu');
  registerGradient({
    kernelName: 'Relu',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => engine().runKernel(reluGradientKernel, { dy: dy as Tensor, y }) as Tensor }),
  });
  registerGradient({
    kernelName: batchNormTrainingKernel,
    inputsToSave: ['x', 'gamma'],
    // All but y and the unbiased variance.
    outputsToSave: [false, true, false, true, true, true],
    gradFunc: (dys, [x, gamma, mean, ...reserved], attributes) => {
      const inputs = { dy: (dys as Tensor[])[0], x, gamma, mean };
      const reserves = Object.fromEntries(reserved.map((tensor, i) => [`reserve${i}`, tensor]));
      // Computed in the scope of the whole backward pass: each gradient is asked for in a scope of its own.
      const all = engine().runKernel(
        batchNormGradientKernel,
        { ...inputs, ...reserves },
        attributes as unknown as NamedAttrMap,
      ) as unknown as Tensor[];
      const handOver = (gradient: Tensor) => () => {
        const result = clone(gradient);
        gradient.dispose();
        return result;
      };
      return { x: handOver(all[0]), gamma: handOver(all[1]), beta: handOver(all[2]) };
    },
  });
}
