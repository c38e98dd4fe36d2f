import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { env, setBackend } from '@tensorflow/tfjs-core';

/**
 * Starts tfjs's WebAssembly backend with threads on Node, which tfjs itself only does in browsers
 * (tensorflow/tfjs#3830): its module starts workers from blob URLs, which Node's workers don't take, and it halves the
 * number of cores. While the backend starts, `Worker`, `Blob` and `URL.createObjectURL` stand in for the browser's, and
 * the number of cores is doubled.
 *
 * @param assets folder with tfjs's .wasm files and tfjs-backend-wasm-threaded-simd.js
 * @param threads number of threads, the calling one included, at least 1
 * @returns the memory that tfjs's module and its threads share
 */
export async function startThreadedWasm(assets: string, threads: number): Promise<WebAssembly.Memory> {
  const scripts = new Map<string, string>();
  let memory: WebAssembly.Memory | undefined;

  class ScriptBlob extends Blob {
    readonly script: string;
    constructor(parts: BlobPart[], options?: BlobPropertyBag) {
      super(parts, options);
      this.script = parts.join('');
    }
  }

  class ScriptWorker extends Worker {
    constructor(url: string) {
      super(scripts.get(url) ?? '', { eval: true });
      this.unref();
    }
    override postMessage(message: unknown): void {
      if (isLoadMessage(message)) {
        memory = message.wasmMemory;
        super.postMessage({ ...message, urlOrBlob: `${assets}/tfjs-backend-wasm-threaded-simd.js` });
      } else super.postMessage(message);
    }
  }

  const processEvents = ['uncaughtException', 'unhandledRejection'] as const;
  const listeners = new Map<string, unknown[]>(
    processEvents.map((event) => [event, process.listeners(event as 'exit')]),
  );
  const browserGlobals = ['Worker', 'Blob'] as const;
  const originals = browserGlobals.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  const { createObjectURL } = URL;
  const { cpus } = os;
  // tfjs's module assigns Node's Worker to the global: the empty setter keeps ours.
  Object.defineProperty(globalThis, 'Worker', { configurable: true, get: () => ScriptWorker, set: () => {} });
  Object.defineProperty(globalThis, 'Blob', { configurable: true, writable: true, value: ScriptBlob });
  URL.createObjectURL = (blob) => {
    const url = `mixprop-script:${scripts.size}`;
    scripts.set(url, (blob as ScriptBlob).script);
    return url;
  };
  os.cpus = () => Array.from({ length: 2 * threads }, () => cpus()[0]);
  try {
    env().set('WASM_HAS_SIMD_SUPPORT', true);
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
    setWasmPaths(`${assets}/`);
    setThreadsCount(1);
    if (!(await setBackend('wasm'))) throw new Error(`tfjs's WebAssembly backend did not start from ${assets}`);
  } finally {
    URL.createObjectURL = createObjectURL;
    os.cpus = cpus;
    browserGlobals.forEach((name, i) => {
      const original = originals[i];
      if (original) Object.defineProperty(globalThis, name, original);
      else Reflect.deleteProperty(globalThis, name);
    });
  }
  // tfjs's module rethrows whatever nobody caught, which would end the process with a status and a trace of its own.
  for (const event of processEvents) {
    for (const listener of process.listeners(event as 'exit')) {
      if (!listeners.get(event)?.includes(listener)) process.off(event, listener);
    }
  }
  if (!memory) throw new Error(`tfjs's WebAssembly backend started no threads (files in ${assets})`);
  return memory;
}

function isLoadMessage(message: unknown): message is { cmd: 'load'; wasmMemory: WebAssembly.Memory } {
  return typeof message === 'object' && message !== null && (message as { cmd?: unknown }).cmd === 'load';
}
