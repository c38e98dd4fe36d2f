import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type KernelName, kernelNames } from './kernel-parameters';

/** What a kernel worker is started with. */
export interface KernelWorkerData {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: SharedArrayBuffer;
  /** 1 for the first worker; the calling thread is 0. */
  thread: number;
  threads: number;
}

/** Layout of the control block, in 32-bit words. Arguments are float64, so that byte offsets and ε both fit. */
export const controlLayout = {
  generation: 0,
  kernel: 1,
  done: 2,
  argumentCount: 3,
  count: 4,
  align: 5,
  failed: 6,
  bytes: 32 + 16 * 8,
};

export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelFunction[] {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return kernelNames.map((name) => exports[name] as KernelFunction);
}
type KernelFunction = (...numbers: number[]) => void;

/** The part of [0, count) that a thread computes: equal shares whose borders are multiples of `align`. */
export function threadRange(count: number, align: number, thread: number, threads: number): [number, number] {
  const blocks = Math.ceil(count / align);
  const border = (t: number) => Math.min(count, Math.floor((blocks * t) / threads) * align);
  return [border(thread), border(thread + 1)];
}

/** Number of polls before sleeping: about half a millisecond, longer than the gaps between the kernels of a step. */
const spins = 50_000;

/**
 * Waits until a word of the control block differs from `value`, and returns what it is then. Polls for a while before it
 * sleeps: waking a thread takes longer than most kernels.
 */
export function waitForChange(control: Int32Array, word: number, value: number): number {
  for (let i = 0; i < spins; i++) {
    const current = Atomics.load(control, word);
    if (current !== value) return current;
  }
  for (;;) {
    Atomics.wait(control, word, value);
    const current = Atomics.load(control, word);
    if (current !== value) return current;
  }
}

/** With fewer float32 elements, waking other threads costs more time than they save. */
const minSharedElements = 65_536;

/** How a kernel's work is divided: outputs [0, count), in multiples of `align`. */
export interface SharedWork {
  count: number;
  align: number;
  /** float32 elements that are read and written, which decide whether sharing pays; infinite where it always does. */
  elements: number;
}

/** Our kernels on the memory of tfjs's WebAssembly module, run by the calling thread and its workers together. */
export class KernelPool {
  private readonly control: Int32Array;
  private readonly arguments: Float64Array;

  private constructor(
    private readonly functions: KernelFunction[],
    control: SharedArrayBuffer,
    private readonly threads: number,
  ) {
    this.control = new Int32Array(control, 0, 8);
    this.arguments = new Float64Array(control, 32);
  }

  /** Starts the threads and waits until all are ready. Rejects where one cannot start: a file is missing, memory is short. */
  static async start(assets: string, memory: WebAssembly.Memory, threads: number): Promise<KernelPool> {
    const module = new WebAssembly.Module(readFileSync(join(assets, 'mixprop-kernels.wasm')));
    const control = new SharedArrayBuffer(controlLayout.bytes);
    const workers = Array.from({ length: threads - 1 }, (_, i) => {
      const workerData: KernelWorkerData = { module, memory, control, thread: i + 1, threads };
      return new Worker(join(assets, 'kernel-worker.js'), { workerData });
    });
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    for (const worker of workers) worker.unref();
    return new KernelPool(instantiateKernels(module, memory), control, threads);
  }

  /** Runs a kernel over all of its outputs. @param values its arguments in order */
  run(name: KernelName, { count, align, elements }: SharedWork, values: readonly number[]): void {
    const kernel = kernelNames.indexOf(name);
    if (this.threads === 1 || elements < minSharedElements || count < 2 * align) {
      this.functions[kernel](...values, 0, count);
      return;
    }
    const { control } = this;
    this.arguments.set(values);
    control[controlLayout.kernel] = kernel;
    control[controlLayout.argumentCount] = values.length;
    control[controlLayout.count] = count;
    control[controlLayout.align] = align;
    Atomics.store(control, controlLayout.done, 0);
    Atomics.add(control, controlLayout.generation, 1);
    Atomics.notify(control, controlLayout.generation);
    this.functions[kernel](...values, ...threadRange(count, align, 0, this.threads));
    for (let done = 0; done < this.threads - 1; ) done = waitForChange(control, controlLayout.done, done);
    if (Atomics.load(control, controlLayout.failed) !== 0)
      throw new Error(`the kernel ${name} failed in another thread`);
  }
}
