import type { Precision } from '../../common/experiment/schema';
import { askNvidiaDriver } from '../runtime/nvidia';
import { thisProcessor } from '../runtime/processor';
import type { StartedBackend } from './select';

/** NVIDIA's GPUs compute in bfloat16 from this compute capability on (Ampere). */
const minCapability = 8;

/** `training.precision` asks for a precision that is not available here. The message says why, and the remedy. */
export class PrecisionError extends Error {
  override readonly name = 'PrecisionError';
}

/** @throws PrecisionError where a backend does not compute in a precision on this machine */
export async function refuseMissingPrecision(backend: StartedBackend, precision: Precision): Promise<void> {
  const obstacle = await precisionObstacle(backend, precision);
  if (obstacle) throw new PrecisionError(`${obstacle}: use "precision": "float32"`);
}

/** Why a backend does not compute in a precision on this machine; undefined where it does. */
export async function precisionObstacle(
  { name, tensorflow }: StartedBackend,
  precision: Precision,
): Promise<string | undefined> {
  if (precision === 'float32') return undefined;
  if (!tensorflow) return `the backend ${name} has no bfloat16 (the native runtime has)`;
  if (tensorflow.isGPUPackage) {
    const gpus = (await askNvidiaDriver())?.gpus ?? [];
    // Where the driver does not report it, the attempt will show.
    const old = gpus.find(({ computeCapability }) => Number(computeCapability ?? minCapability) < minCapability);
    return old && `${old.name} does not compute in bfloat16 (it needs compute capability 8.0)`;
  }
  const { model, bfloat16 } = thisProcessor();
  if (bfloat16 && process.arch === 'x64') return undefined;
  return `this processor (${model}) does not compute in bfloat16 (it needs AMX or AVX-512 BF16)`;
}
