import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatasetError } from '../../common/errors/dataset-error';
import { plainMessage } from '../../common/errors/system-error';
import { UsageError } from '../../common/errors/usage-error';
import { networkDefinition } from '../../common/experiment/networks/networks';
import type { Experiment } from '../../common/experiment/schema';
import { lastChosenImages } from '../../common/run/chosen-images';
import type { EventLog } from '../../common/run/event-log';
import { effectiveEvents, readAllEvents } from '../../common/run/event-reader';
import type { RunEvent } from '../../common/run/events';
import type { RecordedRun } from '../../common/run/recorded-run';
import { writeRunData } from '../../common/run/run-data';
import { runPaths } from '../../common/run/run-folder';
import type { StartedBackend } from '../backends/select';
import { dataIdentity } from '../data/data-identity';
import type { DataProgress, Dataset } from '../data/dataset';
import { cacheFolder } from '../data/images/cache-folder';
import { openDataset } from '../data/open/open-dataset';
import { prepareNetwork } from '../execution/prepare-network';
import { type ChosenImage, readChosenImages } from '../explain/chosen-images';
import { addPictures } from '../explain/store-pictures';
import type { Method } from '../methods/method';
import { type Checkpoint, CheckpointError, readCheckpoint } from '../models/checkpoint';
import type { ParameterSpec } from '../models/layers';
import { recordedClasses } from '../recorded/recorded-classes';
import { requireSameImages } from '../recorded/same-images';
import { readInitialWeights } from './initial-weights';
import type { TrainingOptions } from './training-loop';

/** A run that goes on. */
interface ResumedRun {
  /** The run as it was. */
  run: RecordedRun;
  /** Whether the user wants other images than those it was trained on. */
  areOthersMeant: boolean;
  /** What its recorded experiment becomes once training has begun. */
  changed?: Pick<Experiment, 'training' | 'schedule'>;
  /** Whether it had come to its end. */
  wasFinished: boolean;
}

/** A run to train, or to train further. */
export interface Session {
  folder: string;
  experiment: Experiment;
  /** Folder against which relative paths of the experiment are resolved. */
  baseFolder: string;
  backend: StartedBackend;
  resumed?: ResumedRun;
}

export interface OpenTrainingOptions {
  onData?: DataProgress;
  /** Called with the opened data set. */
  onDataset?: (dataset: Dataset) => void;
  signal: AbortSignal;
}

/** What is read for training: data set, checkpoint or initial weights, chosen images. */
type OpenedTraining = Pick<TrainingOptions, 'dataset' | 'checkpoint' | 'recorded' | 'initialWeights' | 'chosenImages'>;

/**
 * Reads everything that training needs and checks that it fits together. Writes `data.json` and, for the CAM panel, the chosen
 * images.
 * @throws UsageError, DatasetError, CheckpointError, SafetensorsError; the signal's reason when it is aborted
 */
export async function openTraining(
  session: Session,
  log: EventLog,
  { onData, onDataset, signal }: OpenTrainingOptions,
): Promise<OpenedTraining> {
  const { folder, experiment, baseFolder, resumed } = session;
  const warn = (message: string) => log.append({ type: 'warning', message });
  const lastFile = resumed && lastCheckpointFile(folder);
  const dataset = await openDataset(experiment.dataset, {
    baseFolder,
    networkClasses: resumed && lastFile !== undefined ? recordedClasses(lastFile, resumed.run) : undefined,
    cacheFolder: cacheFolder(),
    augmentation: experiment.augmentation,
    loading: experiment.loading,
    onProgress: onData,
    onWarning: warn,
    signal,
  });
  onDataset?.(dataset);
  const { network, method } = prepareNetwork(experiment, dataset.classes.length);
  const { specs } = network;
  refuseSingleValues(method, experiment, dataset);
  const checkpoint = lastFile === undefined ? undefined : readLastCheckpoint(lastFile, specs);
  const data = dataIdentity(dataset, experiment.dataset, baseFolder);
  if (resumed && checkpoint) {
    const { run, areOthersMeant } = resumed;
    requireSameImages(run, data, { doing: 'resume', areOthersMeant }).forEach(warn);
    refuseOtherCount(folder, dataset, checkpoint);
  }
  writeRunData(folder, data);
  const initialWeights = checkpoint
    ? undefined
    : readInitialWeights(experiment, baseFolder, specs, dataset.classes, (note) =>
        warn(`model.initialWeights: ${note}`),
      );
  const earlier = resumed ? effectiveEvents(readAllEvents(folder)) : [];
  const chosenImages = await openChosenImages(session, dataset, earlier, warn);
  const recorded = resumed ? recordedSoFar(earlier, checkpoint) : undefined;
  return { dataset, checkpoint, recorded, initialWeights, chosenImages };
}

/** The images that `explain.images` names, or that were chosen since; stored in the run folder if maps are recorded. */
async function openChosenImages(
  { folder, experiment, baseFolder }: Session,
  dataset: Dataset,
  earlier: readonly RunEvent[],
  warn: (message: string) => void,
): Promise<readonly ChosenImage[]> {
  const { explain, dataset: settings } = experiment;
  const names = lastChosenImages(earlier) ?? explain.images;
  const { images, problems } = await readChosenImages(names, { dataset, settings, baseFolder });
  for (const { image, message } of problems) warn(`explain.images: ${image} ${message}`);
  if (names.length > 0 && explain.every !== null) {
    const { classes, readableNames, validation } = dataset;
    const pictures = { imageSize: validation.imageSize, classes, readableNames, problems };
    await addPictures(runPaths(folder).explain, images, pictures).catch((error: Error) =>
      warn(`the chosen images are not kept for the CAM panel: ${plainMessage(error)}`),
    );
  }
  return images;
}

/** The checkpoint to resume from; undefined where the run stopped before its first one. */
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

/** What the log holds of steps that are not run again after the checkpoint. */
function recordedSoFar(events: readonly RunEvent[], checkpoint: Checkpoint | undefined): TrainingOptions['recorded'] {
  const finishedSteps = checkpoint?.position.step ?? 0;
  const epochs = events.filter((event) => event.type === 'epoch').filter(({ step }) => step <= finishedSteps);
  return { epochs, hasSteps: events.some(({ type }) => type === 'step') };
}

/** A batch of one image cannot be normalised where the feature map is 1×1. */
function refuseSingleValues(
  method: Method,
  { training, model, dataset: settings, method: { type } }: Experiment,
  dataset: Dataset,
): void {
  const { count, imageSize } = dataset.training;
  if (Math.ceil(imageSize / networkDefinition(model.architecture).reduction(model)) > 1) return;
  const batches = [Math.min(count, training.batchSize), count % training.batchSize].filter((size) => size > 0);
  const bad = batches.find((size) => (method.normalizedBatches?.(size) ?? [size]).includes(1));
  if (bad === undefined) return;
  throw new DatasetError(
    `${count} training images in batches of ${training.batchSize} leave ${bad === 1 ? 'a last batch of one image' : `batches of ${bad}, of which ${type} normalises one image by itself`}, ` +
      `whose 1×1 feature map batch normalisation cannot normalise (${settings.type}, ${imageSize} pixels): choose another batch size`,
    'training.batchSize',
  );
}

/** With another number of images epochs have other steps, so the position in training would be meaningless. */
function refuseOtherCount(folder: string, { training }: Dataset, { position }: Checkpoint): void {
  if (position.trainingImages === training.count) return;
  throw new UsageError(
    `${basename(folder)} was trained on ${position.trainingImages} images and the data set now has ${training.count}: ` +
      'put the images back to resume it, or start a new run, with its checkpoint as model.initialWeights',
  );
}
