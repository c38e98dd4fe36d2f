import { Worker } from 'node:worker_threads';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { env, setBackend } from '@tensorflow/tfjs-core';

/**
 * Starts tfjs's WebAssembly backend on memory that threads can share. tfjs has a build for that, which it only starts in
 * browsers (tensorflow/tfjs#3830): its module makes workers from blob URLs, which Node's workers don't take. While the
 * backend starts, `Worker`, `Blob` and `URL.createObjectURL` stand in for the browser's. tfjs itself is given one thread:
 * the threads of its pool wait by spinning, and would take the cores from the threads of our kernels.
 *
 * @param assets folder with tfjs-backend-wasm-threaded-simd.wasm and .js
 * @returns the memory of tfjs's module
 */
export async function startSharedWasm(assets: string): Promise<WebAssembly.Memory> {
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
  // tfjs's module assigns Node's Worker to the global: the empty setter keeps ours.
  Object.defineProperty(globalThis, 'Worker', { configurable: true, get: () => ScriptWorker, set: () => {} });
  Object.defineProperty(globalThis, 'Blob', { configurable: true, writable: true, value: ScriptBlob });
  URL.createObjectURL = (blob) => {
    const url = `mixprop-script:${scripts.size}`;
    scripts.set(url, (blob as ScriptBlob).script);
    return url;
  };
  try {
    env().set('WASM_HAS_SIMD_SUPPORT', true);
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
    setWasmPaths(`${assets}/`);
    setThreadsCount(1);
    if (!(await setBackend('wasm'))) throw new Error(`tfjs's WebAssembly backend did not start from ${assets}`);
  } finally {
    URL.createObjectURL = createObjectURL;
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
  if (!memory) throw new Error(`tfjs's WebAssembly backend shares no memory (files in ${assets})`);
  return memory;
}

function isLoadMessage(message: unknown): message is { cmd: 'load'; wasmMemory: WebAssembly.Memory } {
  return typeof message === 'object' && message !== null && (message as { cmd?: unknown }).cmd === 'load';
}
