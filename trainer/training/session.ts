import { existsSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { version_core } from '@tensorflow/tfjs-core';
import { DatasetError } from '../../common/errors/dataset-error';
import { RunWriteError } from '../../common/errors/run-write-error';
import { plainMessage, reasonOf } from '../../common/errors/system-error';
import { UsageError } from '../../common/errors/usage-error';
import type { Experiment } from '../../common/experiment/schema';
import { writeAtomically } from '../../common/files/atomic-write';
import { type LiveRun, LiveServer } from '../../common/live/live-server';
import { EventLog } from '../../common/run/event-log';
import { effectiveEvents, readAllEvents } from '../../common/run/event-reader';
import type { RunEvent } from '../../common/run/events';
import { lastChoice } from '../../common/run/recorded-choice';
import { datasetAt, type RecordedRun, readRecordedRun } from '../../common/run/recorded-run';
import { abandonRun, claimNamedRun, claimNextRun, RunsFolderError } from '../../common/run/run-claim';
import { writeRunData } from '../../common/run/run-data';
import { type RunEnvironment, runPaths } from '../../common/run/run-folder';
import { acquireRunLock } from '../../common/run/run-lock';
import { baseFolderFromRun } from '../../common/run/run-places';
import { refuseMissingPrecision } from '../backends/bfloat16-support';
import { type BackendName, parseBackend, type StartedBackend, startBackend } from '../backends/select';
import { dataIdentity } from '../data/data-identity';
import type { DataProgress, Dataset } from '../data/dataset';
import { cacheFolder } from '../data/images/cache-folder';
import { openDataset } from '../data/open/open-dataset';
import { prepareNetwork } from '../execution/prepare-network';
import { readChosenImages } from '../explain/chosen-images';
import { LiveExplanations } from '../explain/live-explanations';
import { addPictures } from '../explain/store-pictures';
import type { Method } from '../methods/method';
import { type Checkpoint, CheckpointError, readCheckpoint } from '../models/checkpoint';
import type { ParameterSpec } from '../models/layers';
import type { Network } from '../models/network';
import { recordedClasses } from '../recorded/recorded-classes';
import { requireSameImages } from '../recorded/same-images';
import type { CheckpointRequest } from '../signals/checkpoint-request';
import { readInitialWeights } from './initial-weights';
import { train } from './training-loop';

declare const MIXPROP_VERSION: string | undefined;

/** Who is told what while a run goes on, and how it is stopped. */
export interface SessionOptions {
  /** Stops after the step in hand. */
  stop: AbortController;
  /** Asks for a checkpoint between two steps. */
  checkpointRequest?: CheckpointRequest;
  /** Told of a checkpoint that was asked for: it is of the state after `step`. */
  onCheckpoint?: (step: number) => void;
  onData?: DataProgress;
  /** Told what is trained on, when it has been opened. */
  onDataset?: (dataset: Dataset) => void;
  onEvent?: (event: RunEvent) => void;
}

export interface ResumeOptions extends SessionOptions {
  /** Where the data set is, instead of where it was. */
  dataPath?: string;
  /** Goes on where images are others than before, as long as there are as many to train on. */
  otherImages?: boolean;
}

export interface StartOptions extends SessionOptions {
  experiment: Experiment;
  /** The file that the experiment was read from, if any. */
  experimentFile?: string;
  /** Folder against which relative paths of the experiment are resolved. */
  baseFolder: string;
  runsFolder: string;
  /** Name of the run folder; without, the experiment's name and the next number. */
  id?: string;
  /** Told the run folder, which is this run's from then on. */
  onFolder?: (folder: string) => void;
  backend: BackendName;
  warnings: string[];
}

export type SessionEnd = 'finished' | 'stopped';

/**
 * Makes a run folder and trains in it to the end or until it is stopped.
 *
 * @throws UsageError, RunsFolderError, DatasetError, and whatever goes wrong before training begins: nothing is
 *   left behind. Errors during training: the run is recorded as failed.
 */
export async function startRun(options: StartOptions): Promise<SessionEnd> {
  const { runsFolder, id, experiment } = options;
  const claim = id === undefined ? claimNextRun(runsFolder, experiment.name) : claimNamedRun(runsFolder, id);
  const { folder, lock } = claim;
  const paths = runPaths(folder);
  const written: string[] = [];
  const abandon = () => {
    for (const file of written) rmSync(file, { force: true });
    abandonRun(claim);
  };
  try {
    options.onFolder?.(folder);
    let backend: StartedBackend;
    try {
      backend = await startBackend(options.backend);
      await refuseMissingPrecision(backend, experiment.training.precision);
      written.push(paths.experiment, paths.environment, paths.data, paths.events);
      writeJson(paths.experiment, experiment);
      writeJson(paths.environment, environment(options, folder, backend));
    } catch (error) {
      abandon();
      throw error instanceof RunWriteError ? new RunsFolderError(runsFolder, error.cause) : error;
    }
    return await runSession(folder, experiment, options.baseFolder, backend, options, { onUnusable: abandon });
  } finally {
    lock.release();
  }
}

/**
 * Goes on with a stopped, failed or killed run from its last checkpoint.
 * @throws UsageError if there is nothing to resume, or not with the data that it was trained on
 */
export async function resumeRun(folder: string, options: ResumeOptions): Promise<SessionEnd> {
  const run = readRecordedRun(folder);
  const { environment: recorded } = run;
  const experiment = { ...run.experiment, dataset: datasetAt(run.experiment.dataset, options.dataPath, run) };
  const lock = acquireRunLock(folder);
  try {
    const backend = await startBackend(parseBackend(recorded.backend)).catch((error: unknown) => {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`${basename(folder)} can only go on on the backend that it was made on: ${error.message}`);
    });
    await refuseMissingPrecision(backend, experiment.training.precision);
    return await runSession(
      folder,
      experiment,
      run.baseFolder,
      backend,
      { ...options, warnings: otherMachine(recorded, backend) },
      { resumed: { run, areOthersMeant: options.otherImages === true } },
    );
  } finally {
    lock.release();
  }
}

/** What makes a resumed run differ, in its last digits, from one that was never stopped. */
function otherMachine(recorded: RunEnvironment, backend: StartedBackend): string[] {
  const here = Object.entries(backend.libraries).map(([name, version]) => `${name} ${version}`);
  const before = Object.keys(backend.libraries).map((name) => `${name} ${recorded.libraries[name] ?? 'unknown'}`);
  if (recorded.device === backend.device && here.join() === before.join()) return [];
  return [
    `the run was made with ${recorded.device} (${before.join(', ')}) and goes on with ${backend.device} ` +
      `(${here.join(', ')}): from here on it is not equal to the bit to a run that was never stopped`,
  ];
}

async function runSession(
  folder: string,
  experiment: Experiment,
  baseFolder: string,
  backend: StartedBackend,
  options: SessionOptions & { warnings: string[] },
  { resumed, onUnusable }: { resumed?: { run: RecordedRun; areOthersMeant: boolean }; onUnusable?: () => void },
): Promise<SessionEnd> {
  const { stop } = options;
  const log = openLog(folder, onUnusable);
  if (options.onEvent) log.onEvent(options.onEvent);
  let server: LiveServer | undefined;
  let usable = resumed !== undefined;
  let isTraining = false;
  try {
    const explanations = new LiveExplanations();
    const run: LiveRun = {
      folder,
      onStop: () => stop.abort(),
      onExplain: (params) => explanations.answer(params),
      onLook: (params) => explanations.look(params),
      onChooseImages: (params) => explanations.chooseImages(params),
    };
    server = await LiveServer.start(run).catch((error: Error) => {
      log.append({
        type: 'warning',
        message: `no live connection, so the run cannot be asked to stop or to explain images: ${reasonOf(error)}`,
      });
      return undefined;
    });
    const warnings = [...options.warnings, ...(backend.warning ? [backend.warning] : [])];
    for (const message of warnings) log.append({ type: 'warning', message });
    log.append({ type: 'status', state: 'queued', reason: 'reading the data set' });
    const lastFile = resumed && lastCheckpointFile(folder);
    const dataset = await openDataset(experiment.dataset, {
      baseFolder,
      networkClasses: resumed && lastFile !== undefined ? recordedClasses(lastFile, resumed.run) : undefined,
      cacheFolder: cacheFolder(),
      augmentation: experiment.augmentation,
      loading: experiment.loading,
      onProgress: options.onData,
      onWarning: (message) => log.append({ type: 'warning', message }),
      signal: stop.signal,
    });
    options.onDataset?.(dataset);
    const prepared = prepareNetwork(experiment, dataset.classes.length);
    const { network } = prepared;
    refuseSingleValues(prepared, experiment, dataset);
    const checkpoint = lastFile === undefined ? undefined : readLastCheckpoint(lastFile, network.specs);
    const data = dataIdentity(dataset, experiment.dataset, baseFolder);
    if (resumed && checkpoint) {
      const { run, areOthersMeant } = resumed;
      for (const message of requireSameImages(run, data, { doing: 'resume', areOthersMeant }))
        log.append({ type: 'warning', message });
      refuseOtherCount(folder, dataset, checkpoint);
    }
    writeRunData(folder, data);
    const initialWeights = checkpoint
      ? undefined
      : readInitialWeights(experiment, baseFolder, network.specs, dataset.classes, (note) =>
          log.append({ type: 'warning', message: `model.initialWeights: ${note}` }),
        );
    const source = { dataset, settings: experiment.dataset, baseFolder };
    const earlier = resumed ? effectiveEvents(readAllEvents(folder)) : [];
    const choices = lastChoice(earlier) ?? experiment.explain.images;
    const chosen = await readChosenImages(choices, source);
    for (const { image, message } of chosen.problems) {
      log.append({ type: 'warning', message: `explain.images: ${image} ${message}` });
    }
    if (choices.length > 0 && experiment.explain.every !== null) {
      const { classes, readableNames, validation } = dataset;
      const pictures = { imageSize: validation.imageSize, classes, readableNames, problems: chosen.problems };
      await addPictures(runPaths(folder).explain, chosen.images, pictures).catch((error: Error) =>
        log.append({
          type: 'warning',
          message: `the chosen images are not kept for the CAM panel: ${plainMessage(error)}`,
        }),
      );
    }
    usable = true;
    isTraining = true;
    return await train({
      folder,
      experiment,
      dataset,
      backend,
      log,
      signal: stop.signal,
      checkpointRequest: options.checkpointRequest,
      onCheckpoint: options.onCheckpoint,
      checkpoint,
      recorded: resumed ? recordedSoFar(earlier, checkpoint) : undefined,
      initialWeights,
      chosenImages: chosen.images,
      live: { explanations, baseFolder },
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
function lastCheckpointFile(folder: string): string | undefined {
  const file = join(runPaths(folder).checkpoints, 'last.safetensors');
  return existsSync(file) ? file : undefined;
}

function readLastCheckpoint(file: string, specs: readonly ParameterSpec[]): Checkpoint {
  const checkpoint = readCheckpoint(file, specs);
  if (!checkpoint.velocities)
    throw new CheckpointError(`${file} has no momentum: it is not the last checkpoint of a run`);
  return checkpoint;
}

/** What stands in the log and is not run again when training goes on from the checkpoint. */
function recordedSoFar(
  events: readonly RunEvent[],
  checkpoint: Checkpoint | undefined,
): { epochs: number; hasSteps: boolean } {
  const finishedSteps = checkpoint?.position.step ?? 0;
  const epochs = events.flatMap((event) =>
    event.type === 'epoch' && event.step <= finishedSteps ? [event.epoch] : [],
  );
  return { epochs: Math.max(0, ...epochs), hasSteps: events.some(({ type }) => type === 'step') };
}

/** A batch of one image cannot be normalised where the feature map is 1×1. */
function refuseSingleValues(
  { network, method }: { network: Network; method: Method },
  { training, dataset: settings, method: { type } }: Experiment,
  dataset: Dataset,
): void {
  const { count, imageSize } = dataset.training;
  if (Math.ceil(imageSize / network.reduction) > 1) return;
  const batches = [Math.min(count, training.batchSize), count % training.batchSize].filter((size) => size > 0);
  const bad = batches.find((size) => (method.normalizedBatches?.(size) ?? [size]).includes(1));
  if (bad === undefined) return;
  throw new DatasetError(
    `${count} training images in batches of ${training.batchSize} leave ${bad === 1 ? 'a last batch of one image' : `batches of ${bad}, of which ${type} normalises one image by itself`}, ` +
      `whose 1×1 feature map batch normalisation cannot normalise (${settings.type}, ${imageSize} pixels): choose another batch size`,
    'training.batchSize',
  );
}

/** Another number of images makes epochs of other steps: then nothing says where in training the run is. */
function refuseOtherCount(folder: string, { training }: Dataset, { position }: Checkpoint): void {
  if (position.trainingImages === training.count) return;
  throw new UsageError(
    `${basename(folder)} was trained on ${position.trainingImages} images and the data set now has ${training.count}: ` +
      'put the images back to resume it, or start a new run, with its checkpoint as model.initialWeights',
  );
}

function openLog(folder: string, onUnusable?: () => void): EventLog {
  try {
    return EventLog.open(folder);
  } catch (error) {
    onUnusable?.();
    throw error;
  }
}

/** Records why a run failed, if the disk still takes it; the error itself is reported by the caller. */
function recordFailure(log: EventLog, error: Error): void {
  try {
    log.append({ type: 'status', state: 'failed', reason: plainMessage(error) });
  } catch {
    // Then readers see a run whose trainer has ended without a word in events.jsonl.
  }
}

function writeJson(file: string, value: unknown): void {
  writeAtomically(file, `${JSON.stringify(value, null, 2)}\n`);
}

function environment(
  { baseFolder, experimentFile }: StartOptions,
  folder: string,
  backend: StartedBackend,
): RunEnvironment {
  const way = baseFolderFromRun(folder, baseFolder);
  return {
    mixprop: typeof MIXPROP_VERSION === 'string' ? MIXPROP_VERSION : 'development',
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    backend: backend.name,
    device: backend.device,
    host: hostname(),
    libraries: { '@tensorflow/tfjs-core': version_core, ...backend.libraries },
    baseFolder,
    ...(way !== undefined && { baseFolderFromRun: way }),
    ...(experimentFile && { experimentFile }),
  };
}
