import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { availableParallelism } from 'node:os';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { backend } from '@tensorflow/tfjs-core';
import { BackendMemoryError } from '../../common/errors/memory-error';
import { registerFusedGradients } from '../ops/fused-gradients';
import { registerKernels } from '../ops/kernels';
import { processorText } from '../runtime/processor';
import { KernelPool } from './wasm/kernel-pool';
import { wasmKernels } from './wasm/kernels/wasm-kernels';
import { startSharedWasm } from './wasm/shared-wasm';
import { WasmContext } from './wasm/wasm-context';

/**
 * The embedded backend: tfjs on WebAssembly, with our own kernels and gradients for what takes the time: convolutions and
 * their gradients, batch normalisation, the ReLU gradient, shared between threads.
 *
 * @param assets folder with tfjs's and our WebAssembly files: the build's output
 */
export async function startWasm(assets: string, threads = availableParallelism()): Promise<{ device: string }> {
  const memory = await startSharedWasm(assets);
  const wasm = backend() as BackendWasm;
  checkAllocations(wasm.wasm as unknown as Allocator);
  const pool = await KernelPool.start(assets, memory, threads);
  registerKernels('wasm', wasmKernels, new WasmContext(wasm, pool));
  registerFusedGradients();
  return { device: `${processorText(threads)} (WebAssembly SIMD)` };
}

/** The allocator of tfjs's WebAssembly module: bytes → address, 0 without room. */
interface Allocator {
  _malloc: (bytes: number) => number;
}

/** tfjs uses the null pointer of a failed allocation as an address: throw an error instead. */
function checkAllocations(module: Allocator): void {
  const { _malloc } = module;
  module._malloc = (bytes) => {
    const address = _malloc(bytes);
    if (address === 0 && bytes > 0) {
      throw new BackendMemoryError(
        'the 4 GiB that WebAssembly can address are used up: lower training.batchSize, model.width or dataset.imageSize',
      );
    }
    return address;
  };
}
