import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type KernelArguments, type KernelName, kernelParameters } from './kernel-parameters';
import type { KernelPool, SharedWork } from './kernel-pool';

/** What kernels of the embedded backend use: tfjs's memory, and the threads of our kernels. */
export class WasmContext {
  constructor(
    private readonly wasm: BackendWasm,
    private readonly pool: KernelPool,
  ) {}

  /** A float32 tensor, uninitialised. */
  output(shape: readonly number[]): TensorInfo {
    return this.wasm.makeOutput([...shape], 'float32');
  }

  /** Another tensor of the same values, in the same memory: tensors are never changed in place. */
  share({ dataId, shape, dtype }: TensorInfo): TensorInfo {
    this.wasm.incRef(dataId);
    return { dataId, shape, dtype };
  }

  /** Frees a tensor that a kernel made for itself. */
  dispose({ dataId }: TensorInfo): void {
    this.wasm.disposeData(dataId);
  }

  /** Runs a function of mixprop-kernels.wasm. */
  run<Name extends KernelName>(name: Name, work: SharedWork, values: KernelArguments<Name, TensorInfo | number>): void {
    const parameters: readonly (typeof kernelParameters)[Name][number][] = kernelParameters[name];
    const numbers = parameters.map((parameter) => {
      const value: TensorInfo | number = values[parameter];
      return typeof value === 'number' ? value : this.wasm.dataIdMap.get(value.dataId).memoryOffset;
    });
    this.pool.run(name, work, numbers);
  }
}
