// Runs as a separate process, `node runtime-probe.js BINDING`, because a broken native library may crash the process that
// loads it. Prints one line of JSON.
import '../signals/checkpoint-signals';

import { createRequire } from 'node:module';

interface Binding {
  TF_Version: string;
  TF_FLOAT: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_TYPE: number;
  createTensor(shape: number[], type: number, values: Float32Array): number;
  executeOp(name: string, attributes: object[], inputs: number[], outputs: number): { id: number }[];
  tensorDataSync(id: number): Float32Array;
  isUsingGpuDevice(): boolean;
}

/** A product of two small matrices on the device that TensorFlow chose. */
function multiply(binding: Binding): number[] {
  const a = binding.createTensor([2, 2], binding.TF_FLOAT, Float32Array.of(1, 2, 3, 4));
  const b = binding.createTensor([2, 2], binding.TF_FLOAT, Float32Array.of(5, 6, 7, 8));
  const attributes = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: false },
    { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: false },
  ];
  const [product] = binding.executeOp('MatMul', attributes, [a, b], 1);
  return [...binding.tensorDataSync(product.id)];
}

function probe(file: string): object {
  let binding: Binding;
  try {
    binding = createRequire(file)(file);
  } catch (error) {
    return { loadError: (error as Error).message };
  }
  try {
    return { version: binding.TF_Version, product: multiply(binding), usesGpu: binding.isUsingGpuDevice() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

process.stdout.write(`${JSON.stringify(probe(process.argv[2]))}\n`);
