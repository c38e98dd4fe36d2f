import { parentPort, workerData } from 'node:worker_threads';
import { controlLayout, instantiateKernels, type KernelWorkerData, threadRange, waitForChange } from './kernel-pool';

// A thread of the kernel pool: reports that it is ready, then runs its share of each kernel and reports that it is done.
const { module, memory, control: shared, thread, threads } = workerData as KernelWorkerData;
const functions = instantiateKernels(module, memory);
const control = new Int32Array(shared, 0, 8);
const values = new Float64Array(shared, 32);
parentPort?.postMessage('ready');

for (let generation = 0; ; ) {
  generation = waitForChange(control, controlLayout.generation, generation);
  const range = threadRange(control[controlLayout.count], control[controlLayout.align], thread, threads);
  try {
    functions[control[controlLayout.kernel]](...values.subarray(0, control[controlLayout.argumentCount]), ...range);
  } catch {
    Atomics.store(control, controlLayout.failed, 1);
  }
  Atomics.add(control, controlLayout.done, 1);
  Atomics.notify(control, controlLayout.done);
}
