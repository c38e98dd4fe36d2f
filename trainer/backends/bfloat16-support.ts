import type { Experiment } from '../experiment/schema';
import { askNvidiaDriver } from '../runtime/nvidia';
import { thisProcessor } from '../runtime/processor';
import type { StartedBackend } from './select';

/** From this compute capability on (Ampere), NVIDIA's GPUs compute in bfloat16. */
const firstCapability = 8;

/** `training.precision` asks for what is not to be had here. The message says why, and the remedy. */
export class PrecisionError extends Error {
  override readonly name = 'PrecisionError';
}

/** @throws PrecisionError where a backend does not compute in a precision on this machine */
export async function refuseMissingPrecision(
  backend: StartedBackend,
  precision: Experiment['training']['precision'],
): Promise<void> {
  const obstacle = precision === 'bfloat16' ? await bfloat16Obstacle(backend) : undefined;
  if (obstacle) throw new PrecisionError(obstacle);
}

/** Why a backend cannot train in bfloat16 here, with the remedy; undefined where it can. */
async function bfloat16Obstacle({ name, tensorflow }: StartedBackend): Promise<string | undefined> {
  const remedy = 'use "precision": "float32"';
  if (!tensorflow) {
    return `the backend ${name} has no bfloat16: ${remedy}, or install the native runtime with "mixprop runtime install tensorflow"`;
  }
  if (tensorflow.isGPUPackage) {
    const gpus = (await askNvidiaDriver())?.gpus ?? [];
    const old = gpus.find(({ computeCapability }) => Number(computeCapability ?? 0) < firstCapability);
    return old && `${old.name} does not compute in bfloat16 (it takes compute capability 8.0): ${remedy}`;
  }
  const { model, bfloat16 } = thisProcessor();
  if (bfloat16) return undefined;
  return `this processor (${model}) does not compute in bfloat16 (it takes AMX or AVX-512 BF16): ${remedy}`;
}
