import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels';
import { tensor4d } from '@tensorflow/tfjs-core';
import { registerFusedGradients } from '../../../ops/fused-gradients';
import { type KernelTable, registerKernels, type SharedOp } from '../../../ops/kernels';
import { thisProcessor } from '../../../runtime/processor';
import { filterGradientAttributes, filterGradientOp } from '../graph/merge-filter-gradients';
import type { TensorflowBackend } from '../tensorflow-backend';
import { batchNormGradient } from './batch-norm-gradient';
import { batchNormTraining } from './batch-norm-training';
import { convolution } from './convolution';
import { filterGradient } from './filter-gradient';
import { gather } from './gather';
import { inputGradient } from './input-gradient';
import { maxPool, maxPoolGradient } from './max-pool';
import type { NativeContext } from './native-context';
import { reluGradient } from './relu-gradient';
import { sgdUpdate } from './sgd-update';

/**
 * Kernels of the native backend that are ours, beside tfjs-node's: batch normalisation in training and its gradient as one
 * op each, convolutions and pools with explicit padding (tfjs-node has it only forward), an update that a recording sees as
 * one op.
 */
const kernels: KernelTable<SharedOp | 'MaxPool' | 'GatherV2' | 'MixpropSgdUpdate', NativeContext> = {
  Conv2D: convolution,
  Conv2DBackpropInput: inputGradient,
  Conv2DBackpropFilter: filterGradient,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGradient,
  GatherV2: gather,
  MixpropReluGradient: reluGradient,
  MixpropBatchNormTraining: batchNormTraining,
  MixpropBatchNormTrainingGradient: batchNormGradient,
  MixpropSgdUpdate: sgdUpdate,
};

export function registerTensorflowKernels(backend: TensorflowBackend): void {
  const usesOwnOps = !backend.isGPUPackage && !thisProcessor().hasAvx512 && knowsOwnOps(backend);
  registerKernels('tensorflow', kernels, { backend, usesOwnOps });
  registerFusedGradients();
}

/** Whether the binding has our ops: the one of tfjs's own download does not. */
function knowsOwnOps(backend: TensorflowBackend): boolean {
  const point = tensor4d([0], [1, 1, 1, 1]);
  const attributes = filterGradientAttributes({ kernel: 1, stride: 1, padding: 0 });
  try {
    backend.executeSingleOutput(filterGradientOp, attributes, [point, point]).dispose();
    return true;
  } catch {
    return false;
  } finally {
    point.dispose();
  }
}
