import { tensor1d } from '@tensorflow/tfjs-core';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import type { Kernel } from '../../../ops/kernels';
import { boolAttribute, floatAttribute, textAttribute, typeAttribute } from '../op-attributes';
import type { NativeContext } from './native-context';

export const batchNormTraining: Kernel<'MixpropBatchNormTraining', NativeContext> = (
  { x, gamma, beta },
  { epsilon },
  { backend },
) => {
  // In training the running statistics are outputs only: their inputs are empty.
  const none = tensor1d([], 'float32');
  const inputs = [x, gamma, beta, none, none];
  const outputs = backend.executeMultipleOutputs('FusedBatchNormV3', batchNormAttributes(epsilon), inputs, 6);
  none.dispose();
  return outputs;
};

/** Of FusedBatchNormV3 and its gradient. */
export const batchNormAttributes = (epsilon: number): TFEOpAttr[] => [
  typeAttribute('T', 'float32'),
  typeAttribute('U', 'float32'),
  floatAttribute('epsilon', epsilon),
  textAttribute('data_format', 'NHWC'),
  boolAttribute('is_training', true),
];
