import type { Experiment } from '../../common/experiment/schema';
import { PrecisionError } from '../backends/bfloat16-support';
import type { StartedBackend } from '../backends/select';
import { CaptureError } from '../backends/tensorflow/capture-error';
import type { Method } from '../methods/method';
import type { Network } from '../models/network';
import type { CaptureShapes } from './captured-executor';
import { EagerExecutor } from './eager-executor';
import type { Executor } from './executor';

export interface CreatedExecutor {
  executor: Executor;
  /** Why steps run op by op although the backend can run graphs. */
  fallback?: string;
}

/**
 * The fastest executor on a backend: a graph on the native one; op by op elsewhere, and for methods that cannot be captured.
 *
 * @param values and velocities row-major in tfjs layouts; velocities default to zero
 * @param experiment the backend has its precision (`refuseMissingPrecision`)
 * @throws PrecisionError for bfloat16, which needs a graph, with a method that cannot be captured
 */
export async function createExecutor(
  backend: StartedBackend,
  { network, method }: { network: Network; method: Method },
  { optimizer, training }: Pick<Experiment, 'optimizer' | 'training'>,
  shapes: CaptureShapes,
  values: ReadonlyMap<string, Float32Array>,
  velocities?: ReadonlyMap<string, Float32Array>,
): Promise<CreatedExecutor> {
  const { precision } = training;
  const eager = () => new EagerExecutor(network, method, optimizer, values, velocities);
  if (!backend.tensorflow) return { executor: eager() };
  // Imported here: the native backend is large.
  const { CapturedExecutor } = await import('./captured-executor');
  try {
    const { tensorflow } = backend;
    return {
      executor: new CapturedExecutor(tensorflow, network, method, optimizer, precision, shapes, values, velocities),
    };
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    if (precision === 'bfloat16') {
      throw new PrecisionError(
        `bfloat16 needs steps that can be captured: ${error.message}; use "precision": "float32"`,
      );
    }
    return { executor: eager(), fallback: `steps run op by op, because they cannot be captured: ${error.message}` };
  }
}
