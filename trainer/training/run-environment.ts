import { hostname } from 'node:os';
import { version_core } from '@tensorflow/tfjs-core';
import type { RunEnvironment } from '../../common/run/run-folder';
import { baseFolderFromRun } from '../../common/run/run-places';
import type { StartedBackend } from '../backends/select';

declare const MIXPROP_VERSION: string | undefined;

/** Program, machine and backend of a run. */
export function runEnvironment(
  folder: string,
  backend: StartedBackend,
  { baseFolder, experimentFile, sweep }: Pick<RunEnvironment, 'baseFolder' | 'experimentFile' | 'sweep'>,
): RunEnvironment {
  const fromRun = baseFolderFromRun(folder, baseFolder);
  return {
    mixprop: typeof MIXPROP_VERSION === 'string' ? MIXPROP_VERSION : 'development',
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    backend: backend.name,
    device: backend.device,
    host: hostname(),
    libraries: { '@tensorflow/tfjs-core': version_core, ...backend.libraries },
    baseFolder,
    ...(fromRun !== undefined && { baseFolderFromRun: fromRun }),
    ...(experimentFile && { experimentFile }),
    ...(sweep && { sweep }),
  };
}

/** Warns where a resumed run will differ in its last digits from an uninterrupted one. */
export function environmentWarnings(recorded: RunEnvironment, backend: StartedBackend): string[] {
  const here = Object.entries(backend.libraries).map(([name, version]) => `${name} ${version}`);
  const before = Object.keys(backend.libraries).map((name) => `${name} ${recorded.libraries[name] ?? 'unknown'}`);
  if (recorded.device === backend.device && here.join() === before.join()) return [];
  return [
    `the run was made with ${recorded.device} (${before.join(', ')}) and goes on with ${backend.device} ` +
      `(${here.join(', ')}): from here on it is not equal to the bit to a run that was never stopped`,
  ];
}
