import { buildFolder } from '../build-folder';
import { UsageError } from '../usage-error';
import { startWasm } from './wasm';

/** Backends by name; `auto` takes the best that is there. */
export const backendNames = ['auto', 'wasm'] as const;
export type BackendName = (typeof backendNames)[number];

export interface StartedBackend {
  name: Exclude<BackendName, 'auto'>;
  /** The device in words. */
  device: string;
}

let started: Promise<StartedBackend> | undefined;

/** Starts the backend; later calls give the one that runs. */
export function startBackend(): Promise<StartedBackend> {
  started ??= startWasm(buildFolder()).then(({ device }) => ({ name: 'wasm', device }));
  return started;
}

/**
 * A `--backend` argument as a name.
 * @throws UsageError with how to get a backend that is not there
 */
export function parseBackend(value: string | undefined): BackendName {
  if (value === undefined) return 'auto';
  if ((backendNames as readonly string[]).includes(value)) return value as BackendName;
  if (value === 'tensorflow' || value === 'webgpu') {
    throw new UsageError(
      `this version has no ${value} backend; leave --backend out, or use --backend wasm, which needs nothing installed`,
    );
  }
  throw new UsageError(`--backend must be one of ${backendNames.join(', ')}, not "${value}"`);
}
