import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { UsageError } from '../../common/errors/usage-error';
import { didYouMean } from '../../common/experiment/nearest-name';
import { buildFolder } from '../runtime/build-folder';
import { installedRuntimes, RuntimeError } from '../runtime/installed-runtime';
import { startWasm } from './start-wasm';
import type { TensorflowBackend } from './tensorflow/tensorflow-backend';

/** Backends by name; `auto` takes the best available one. */
const backendNames = ['auto', 'tensorflow', 'wasm'] as const;
export type BackendName = (typeof backendNames)[number];

export interface StartedBackend {
  name: Exclude<BackendName, 'auto'>;
  /** Describes the device. */
  device: string;
  /** Versions of the libraries that compute. */
  libraries: Record<string, string>;
  /** The native backend, on which steps can be captured. */
  tensorflow?: TensorflowBackend;
  /** Why a better backend is not used. */
  warning?: string;
}

let started: Promise<StartedBackend> | undefined;

/**
 * Starts a backend; later calls return the running one. `auto` takes the native runtime where one is installed, and falls back
 * to the embedded backend, with a warning, where that cannot be used.
 *
 * @throws UsageError with how to get the backend, where it was requested by name and cannot be used
 */
export function startBackend(requested: BackendName): Promise<StartedBackend> {
  started ??= start(requested);
  return started;
}

async function start(requested: BackendName): Promise<StartedBackend> {
  if (requested === 'wasm') return startEmbedded();
  const found = installedRuntimes();
  const problems = found.flatMap(({ problem }) => problem ?? []);
  for (const { runtime } of found) {
    if (!runtime) continue;
    try {
      // Imported here: it is large, and the embedded backend does not need it.
      const { startTensorflow } = await import('./start-tensorflow');
      const { device, backend } = await startTensorflow(runtime);
      const libraries = { TensorFlow: runtime.version };
      if (runtime.name === 'tensorflow-gpu' && !backend.isGPUPackage) {
        problems.push('TensorFlow finds no GPU and computes on the processor: "mixprop doctor" says what is missing');
      }
      return { name: 'tensorflow', device, libraries, tensorflow: backend, ...warnOf(problems) };
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      problems.push(error.message);
    }
  }
  if (requested === 'tensorflow') {
    const why = problems.length > 0 ? problems.join('\n') : 'the native TensorFlow runtime is not installed';
    throw new UsageError(`${why}\nget it with "mixprop runtime install tensorflow", or use --backend wasm`);
  }
  return { ...(await startEmbedded()), ...warnOf(problems) };
}

function warnOf(problems: readonly string[]): Pick<StartedBackend, 'warning'> {
  return problems.length > 0 ? { warning: problems.join('\n') } : {};
}

async function startEmbedded(): Promise<StartedBackend> {
  const { device } = await startWasm(buildFolder());
  return { name: 'wasm', device, libraries: { '@tensorflow/tfjs-backend-wasm': version_wasm } };
}

/**
 * A `--backend` argument as a name.
 * @throws UsageError with how to get a missing backend
 */
export function parseBackend(value: string | undefined): BackendName {
  if (value === undefined) return 'auto';
  if ((backendNames as readonly string[]).includes(value)) return value as BackendName;
  if (value === 'webgpu') {
    throw new UsageError(
      `this version has no ${value} backend; leave --backend out, or use --backend wasm, which needs nothing installed`,
    );
  }
  throw new UsageError(
    `--backend must be one of ${backendNames.join(', ')}, not "${value}"${didYouMean(value, backendNames)}`,
  );
}
