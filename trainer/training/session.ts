import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { version_core } from '@tensorflow/tfjs-core';
import { type StartedBackend, startBackend } from '../backends/select';
import { cacheFolder } from '../data/cache-folder';
import type { DataProgress } from '../data/dataset';
import { openDataset } from '../data/open-dataset';
import { resolvePath } from '../experiment/checks';
import { type Experiment, experimentSchema } from '../experiment/schema';
import type { ParameterSpec } from '../models/layers';
import { type Checkpoint, readCheckpoint, readWeights } from '../run/checkpoint';
import { EventLog } from '../run/event-log';
import type { RunEvent } from '../run/events';
import { LiveServer } from '../run/live-server';
import { type RunEnvironment, runIdPattern, runPaths } from '../run/run-folder';
import { acquireRunLock } from '../run/run-lock';
import { RunWriteError } from '../run/run-write-error';
import { UsageError } from '../usage-error';
import { prepareNetwork, train } from './training-loop';

declare const MIXPROP_VERSION: string | undefined;

/** Who is told what while a run goes on, and how it is stopped. */
export interface SessionOptions {
  /** Stops after the step in hand. */
  stop: AbortController;
  onData?: DataProgress;
  onEvent?: (event: RunEvent) => void;
}

export interface StartOptions extends SessionOptions {
  experiment: Experiment;
  /** The file that the experiment was read from, if any. */
  experimentFile?: string;
  /** Folder against which relative paths of the experiment are resolved. */
  baseFolder: string;
  runsFolder: string;
  id: string;
  warnings: string[];
}

export type SessionEnd = 'finished' | 'stopped';

/**
 * Makes a run folder and trains in it to the end or until it is stopped.
 *
 * @throws UsageError, DatasetError: nothing is left behind. Other errors: the run is recorded as failed.
 */
export async function startRun(options: StartOptions): Promise<SessionEnd> {
  const folder = join(options.runsFolder, options.id);
  const made = makeRunFolder(folder, options.id);
  const paths = runPaths(folder);
  const written: string[] = [];
  const abandon = () => {
    for (const file of written) rmSync(file, { force: true });
    if (made) rmdirSync(folder);
  };
  const lock = acquireRunLock(folder);
  try {
    let backend: StartedBackend;
    try {
      backend = await startBackend();
      written.push(paths.experiment, paths.environment, paths.events);
      writeJson(paths.experiment, options.experiment);
      writeJson(paths.environment, environment(options, backend));
    } catch (error) {
      lock.release();
      abandon();
      throw error;
    }
    return await runSession(folder, options.experiment, options.baseFolder, backend, options, {
      onUnusable: () => {
        lock.release();
        abandon();
      },
    });
  } finally {
    lock.release();
  }
}

/** Goes on with a stopped, failed or killed run from its last checkpoint. @throws UsageError if there is nothing to resume */
export async function resumeRun(folder: string, options: SessionOptions): Promise<SessionEnd> {
  const paths = runPaths(folder);
  const experiment = readRunExperiment(folder);
  const recorded = JSON.parse(readFileSync(paths.environment, 'utf8')) as RunEnvironment;
  const lock = acquireRunLock(folder);
  try {
    const backend = await startBackend();
    if (backend.name !== recorded.backend) {
      throw new UsageError(`${basename(folder)} was made on the backend ${recorded.backend}, which is not here`);
    }
    return await runSession(
      folder,
      experiment,
      recorded.baseFolder,
      backend,
      { ...options, warnings: [] },
      { resume: true },
    );
  } finally {
    lock.release();
  }
}

/** The resolved experiment of a run. @throws UsageError naming the folder */
export function readRunExperiment(folder: string): Experiment {
  const file = runPaths(folder).experiment;
  if (!existsSync(file)) throw new UsageError(`${folder} is no run folder: it has no experiment.json`);
  try {
    return experimentSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new UsageError(`${file} is damaged or of another version: ${(error as Error).message}`);
  }
}

async function runSession(
  folder: string,
  experiment: Experiment,
  baseFolder: string,
  backend: StartedBackend,
  options: SessionOptions & { warnings: string[] },
  { resume = false, onUnusable }: { resume?: boolean; onUnusable?: () => void },
): Promise<SessionEnd> {
  const { stop } = options;
  const log = EventLog.open(folder);
  if (options.onEvent) log.onEvent(options.onEvent);
  let server: LiveServer | undefined;
  let usable = resume;
  let isTraining = false;
  try {
    server = await LiveServer.start({ folder, log, onStop: () => stop.abort() }).catch((error: Error) => {
      log.append({
        type: 'warning',
        message: `no live connection, watchers read the run folder instead: ${error.message}`,
      });
      return undefined;
    });
    for (const message of options.warnings) log.append({ type: 'warning', message });
    log.append({ type: 'status', state: 'queued', reason: 'reading the data set' });
    const dataset = await openDataset(experiment.dataset, {
      baseFolder,
      cacheFolder: cacheFolder(),
      onProgress: options.onData,
      signal: stop.signal,
    });
    const { specs } = prepareNetwork(experiment, dataset.classes.length).network;
    const checkpoint = resume ? lastCheckpoint(folder, specs) : undefined;
    const weightsFile = checkpoint ? null : experiment.model.initialWeights;
    const initialWeights = weightsFile === null ? undefined : readWeights(resolvePath(weightsFile, baseFolder), specs);
    usable = true;
    isTraining = true;
    return await train({
      folder,
      experiment,
      dataset,
      backend,
      log,
      signal: stop.signal,
      checkpoint,
      initialWeights,
    });
  } catch (error) {
    // Opening the data set was interrupted: nothing was trained, and resuming begins at the first step.
    if (stop.signal.aborted && !isTraining) {
      usable = true;
      log.append({ type: 'status', state: 'stopped', reason: 'stopped on request' });
      return 'stopped';
    }
    if (usable) recordFailure(log, error as Error);
    throw error;
  } finally {
    await server?.close();
    log.close();
    if (!usable) onUnusable?.();
  }
}

/** The checkpoint to go on from; undefined where a run stopped before its first one. */
function lastCheckpoint(folder: string, specs: readonly ParameterSpec[]): Checkpoint | undefined {
  const file = join(runPaths(folder).checkpoints, 'last.safetensors');
  return existsSync(file) ? readCheckpoint(file, specs) : undefined;
}

/** Records why a run failed, if the disk still takes it; the error itself is reported by the caller. */
function recordFailure(log: EventLog, error: Error): void {
  try {
    log.append({ type: 'status', state: 'failed', reason: error.message });
  } catch {
    // Then readers see a run whose trainer has ended without a word in events.jsonl.
  }
}

/**
 * Makes the folder. An existing one is taken only if it holds nothing but the log that whoever launched the trainer
 * redirected its output to.
 * @returns whether the folder was made
 */
function makeRunFolder(folder: string, id: string): boolean {
  if (!runIdPattern.test(id)) {
    throw new UsageError(
      `"${id}" cannot be a run's name: use up to 100 letters, digits, dots, dashes and underscores, not starting with a dot`,
    );
  }
  if (existsSync(folder)) {
    const contents = readdirSync(folder).filter((name) => join(folder, name) !== runPaths(folder).log);
    if (contents.length > 0)
      throw new UsageError(
        `the run ${folder} exists already: choose another --name, or resume it with \`mixprop resume ${folder}\``,
      );
    return false;
  }
  try {
    makeFolders(folder);
  } catch (error) {
    throw new RunWriteError(folder, error);
  }
  return true;
}

/** Like mkdir -p. Node's own `recursive` never returns under a folder such as /proc that takes no folders. */
function makeFolders(folder: string): void {
  const parent = dirname(folder);
  if (parent !== folder && !existsSync(parent)) makeFolders(parent);
  if (!existsSync(folder)) mkdirSync(folder);
}

/** Writes a file that readers see complete or not at all. @throws RunWriteError */
function writeJson(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new RunWriteError(file, error);
  }
}

function environment({ baseFolder, experimentFile }: StartOptions, backend: StartedBackend): RunEnvironment {
  return {
    mixprop: typeof MIXPROP_VERSION === 'string' ? MIXPROP_VERSION : 'development',
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    backend: backend.name,
    device: backend.device,
    host: hostname(),
    libraries: { '@tensorflow/tfjs-core': version_core },
    baseFolder,
    ...(experimentFile && { experimentFile }),
  };
}
