import type { Kernel } from '../../../ops/kernels';
import { batchNormAttributes } from './batch-norm-training';
import type { NativeContext } from './native-context';

export const batchNormGradient: Kernel<'MixpropBatchNormTrainingGradient', NativeContext> = (
  { dy, x, gamma, reserve0, reserve1, reserve2 },
  { epsilon },
  { backend },
) => {
  const inputs = [dy, x, gamma, reserve0, reserve1!, reserve2!];
  const outputs = backend.executeMultipleOutputs('FusedBatchNormGradV3', batchNormAttributes(epsilon), inputs, 5);
  for (const unused of outputs.splice(3)) unused.dispose();
  return outputs;
};
