import { engine, type Tensor1D } from '@tensorflow/tfjs-core';
import { unbiased } from '../../../ops/batch-norm-training';
import type { Kernel } from '../../../ops/kernels';
import type { WasmContext } from '../wasm-context';
import { channelsAndRows } from './shapes';

/** Also gives 1/√(variance + ε), which the gradient needs besides the mean. */
export const batchNormTraining: Kernel<'MixpropBatchNormTraining', WasmContext> = (
  { x, gamma, beta },
  { epsilon },
  wasm,
) => {
  const { channels, rows } = channelsAndRows(x.shape);
  const y = wasm.output(x.shape);
  const [mean, variance, inverseDeviation] = [1, 2, 3].map(() => wasm.output([channels]));
  wasm.run(
    'batchNormForward',
    { count: channels, align: 4, elements: 4 * rows * channels },
    { x, gamma, beta, y, mean, variance, inverseDeviation, rows, channels, epsilon },
  );
  const biased = engine().makeTensorFromTensorInfo(variance) as Tensor1D;
  const unbiasedVariance = unbiased(biased, x.shape);
  biased.dispose();
  return [y, mean, unbiasedVariance, inverseDeviation];
};
