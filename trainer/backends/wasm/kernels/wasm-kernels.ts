import type { KernelTable, SharedOp } from '../../../ops/kernels';
import type { WasmContext } from '../wasm-context';
import { batchNormGradient } from './batch-norm-gradient';
import { batchNormTraining } from './batch-norm-training';
import { convolution } from './convolution';
import { filterGradient } from './filter-gradient';
import { inputGradient } from './input-gradient';
import { maxPoolGradient } from './max-pool-gradient';
import { reluGradient } from './relu-gradient';

/** Our kernels of the embedded backend, each shared between threads. */
export const wasmKernels: KernelTable<SharedOp | 'Identity', WasmContext> = {
  Conv2D: convolution,
  Conv2DBackpropInput: inputGradient,
  Conv2DBackpropFilter: filterGradient,
  MaxPoolGrad: maxPoolGradient,
  MixpropReluGradient: reluGradient,
  MixpropBatchNormTraining: batchNormTraining,
  MixpropBatchNormTrainingGradient: batchNormGradient,
  // tfjs's own copies the values.
  Identity: ({ x }, _, wasm) => wasm.share(x),
};
