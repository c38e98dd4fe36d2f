import {
  clone,
  registerGradient,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  unregisterGradient,
} from '@tensorflow/tfjs-core';
import { type Ops, runKernel } from './kernels';

/** Registers the gradients that run as one kernel. Gradients belong to an op, not to a backend. */
export function registerFusedGradients(): void {
  unregisterGradient('Relu');
  registerGradient({
    kernelName: 'Relu',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => runKernel('MixpropReluGradient', { dy: dy as Tensor, y }, undefined) }),
  });
  registerGradient({
    kernelName: 'MixpropBatchNormTraining' satisfies keyof Ops,
    inputsToSave: ['x', 'gamma'],
    // All but y and the unbiased variance.
    outputsToSave: [false, true, false, true, true, true],
    gradFunc: (dys, [x, gamma, mean, reserve0, reserve1, reserve2], attributes) => {
      // Computed in the scope of the whole backward pass: each gradient is asked for in a scope of its own.
      const [dx, dGamma, dBeta] = runKernel(
        'MixpropBatchNormTrainingGradient',
        {
          dy: (dys as Tensor4D[])[0],
          x: x as Tensor4D,
          gamma: gamma as Tensor1D,
          mean: mean as Tensor1D,
          reserve0,
          ...(reserve1 && { reserve1, reserve2 }),
        },
        attributes as unknown as { epsilon: number },
      );
      const handOver = (gradient: Tensor) => () => {
        const result = clone(gradient);
        gradient.dispose();
        return result;
      };
      return { x: handOver(dx), gamma: handOver(dGamma), beta: handOver(dBeta) };
    },
  });
}
