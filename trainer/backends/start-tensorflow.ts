import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import util from 'node:util';
import { registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
import { type InstalledRuntime, RuntimeError } from '../runtime/installed-runtime';
import { processorText } from '../runtime/processor';
import { registerTensorflowKernels } from './tensorflow/kernels/tensorflow-kernels';
import { TensorflowBackend } from './tensorflow/tensorflow-backend';

/** Environment variables that TensorFlow reads when it is loaded; the user's values take precedence. */
const environment: Record<string, string> = {
  // Sums on a GPU in a fixed order: a resumed run must be the run that was never stopped, to the bit.
  TF_DETERMINISTIC_OPS: '1',
  // oneDNN's convolutions also on processors where TensorFlow leaves them off.
  TF_ENABLE_ONEDNN_OPTS: '1',
  // Only errors: notes on instruction sets and the like are not for the user.
  TF_CPP_MIN_LOG_LEVEL: '2',
};

/**
 * Starts tfjs on the native TensorFlow runtime.
 * @throws RuntimeError where its libraries cannot be loaded
 */
export async function startTensorflow(
  runtime: InstalledRuntime,
): Promise<{ device: string; backend: TensorflowBackend }> {
  for (const [name, value] of Object.entries(environment)) process.env[name] ??= value;
  // One op at a time, each on all cores: two at once would only compete for cache and memory.
  if (runtime.name === 'tensorflow') process.env.TF_NUM_INTEROP_THREADS ??= '1';
  restoreUtilities();
  const backend = new TensorflowBackend(loadBinding(runtime));
  registerBackend('tensorflow', () => backend);
  if (!(await setBackend('tensorflow'))) {
    removeBackend('tensorflow');
    throw new RuntimeError(`tfjs did not start on ${runtime.folder}`);
  }
  registerTensorflowKernels(backend);
  const threads = Math.min(
    availableParallelism(),
    Number(process.env.TF_NUM_INTRAOP_THREADS) || Number.POSITIVE_INFINITY,
  );
  const device = backend.isGPUPackage
    ? `NVIDIA GPU (TensorFlow ${runtime.version})`
    : `${processorText(threads)} (TensorFlow ${runtime.version})`;
  return { device, backend };
}

function loadBinding({ bindingFile, name, folder }: InstalledRuntime): TFJSBinding {
  try {
    return createRequire(bindingFile)(bindingFile) as TFJSBinding;
  } catch (error) {
    throw new RuntimeError(
      `the native runtime in ${folder} cannot be loaded (${(error as Error).message}): see "mixprop doctor", or ` +
        `reinstall it with "mixprop runtime install ${name}"`,
    );
  }
}

/** tfjs-node 4.22 calls two functions that Node 23 removed. */
function restoreUtilities(): void {
  const old = util as unknown as Record<string, unknown>;
  old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  old.isArray ??= Array.isArray;
}
