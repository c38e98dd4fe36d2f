import { UsageError } from '../../common/errors/usage-error';
import { datasetFacts } from '../../common/experiment/datasets/datasets';
import type { Experiment } from '../../common/experiment/schema';
import { recogniseNetwork } from '../../common/weights/recognise-network';
import { readSafetensorsHeader } from '../../common/weights/safetensors';
import { networkNames } from '../../common/weights/weight-names';
import { precisionObstacle } from '../backends/bfloat16-support';
import type { StartedBackend } from '../backends/select';
import type { OpenOptions, ValidationData } from '../data/dataset';
import type { CaptureShapes } from '../execution/captured-executor';
import { createExecutor } from '../execution/create-executor';
import type { Executor } from '../execution/executor';
import { type PreparedNetwork, prepareNetwork } from '../execution/prepare-network';
import { checkWeights, readWeights } from '../models/checkpoint';
import { recordedClasses } from '../recorded/recorded-classes';
import { validationWarnings } from '../recorded/same-images';
import type { Invocation } from './command';
import { openData } from './open-data';
import { type LocatedCheckpoint, locateCheckpoint, usableCheckpoint } from './run-checkpoint';

/** The checkpoint that a command's arguments mean, which fits the network of its experiment. @throws UsageError */
export function chosenCheckpoint(target: string, invocation: Invocation): LocatedCheckpoint {
  const located = locateCheckpoint(target, invocation);
  checkNetwork(located.file, located.experiment);
  return located;
}

/**
 * Opens the images that a checkpoint's network is to see; warns where they are not those that it was validated on.
 * @throws UsageError for what is wrong with the data, or where the classes are not those of the network
 */
export async function openCheckpointData<Data extends ValidationData>(
  { experiment, baseFolder, file, run }: LocatedCheckpoint,
  invocation: Invocation,
  open: (options: OpenOptions) => Promise<Data>,
): Promise<Data> {
  const classes = usableCheckpoint(() => recordedClasses(file, run));
  const dataset = await openData(invocation, { experiment, baseFolder }, classes, open);
  checkClassCount(file, experiment, dataset.classes);
  if (run) invocation.warn(...validationWarnings(run, dataset));
  return dataset;
}

/** The network's values in a checkpoint, by name. @throws UsageError */
export function checkpointValues(
  file: string,
  { network }: PreparedNetwork,
  invocation: Invocation,
): Map<string, Float32Array> {
  const onNote = (note: string) => invocation.printError(`note: ${file}: ${note}`);
  return usableCheckpoint(() => readWeights(file, network.specs, { onNote }));
}

/** The training settings of a checkpoint, with float32 where the backend does not compute in its precision. */
export async function possibleTraining(
  backend: StartedBackend,
  { training }: Experiment,
  doing: 'evaluating' | 'explaining',
  invocation: Invocation,
): Promise<Experiment['training']> {
  const obstacle = await precisionObstacle(backend, training.precision);
  if (!obstacle) return training;
  invocation.warn(`${doing} in float32: ${obstacle}`);
  return { ...training, precision: 'float32' };
}

/** What runs a checkpoint's network forward. @param values by name */
export async function openExecutor(
  backend: StartedBackend,
  prepared: PreparedNetwork,
  settings: Pick<Experiment, 'optimizer' | 'training'>,
  shapes: Omit<CaptureShapes, 'trainingBatches'>,
  values: ReadonlyMap<string, Float32Array>,
  invocation: Invocation,
): Promise<Executor> {
  const allShapes = { ...shapes, trainingBatches: [] };
  const { executor, fallback } = await createExecutor(backend, prepared, settings, allShapes, values);
  invocation.warn(backend.warning, fallback);
  return executor;
}

/**
 * Compares a checkpoint with the network of its experiment by names and shapes, before the data set is opened. An image folder may
 * have any number of classes.
 *
 * @throws UsageError saying in what they differ
 */
function checkNetwork(file: string, experiment: Experiment): void {
  usableCheckpoint(() => {
    const classes = datasetFacts(experiment.dataset.type).classCount ?? classesIn(file) ?? 2;
    checkWeights(file, prepareNetwork(experiment, classes).network.specs);
  });
}

/** How many classes the network of a file tells apart; undefined where that is not seen. */
function classesIn(file: string): number | undefined {
  const { tensors } = networkNames(readSafetensorsHeader(file).entries);
  return recogniseNetwork(tensors.values()).head?.classes;
}

/**
 * Compares the number of an image folder's classes with a network's. Of other data sets it does not depend on what is there.
 *
 * @param file the network's checkpoint
 * @throws UsageError if they differ
 */
function checkClassCount(file: string, { dataset }: Experiment, classes: readonly string[]): void {
  if (datasetFacts(dataset.type).classCount !== null) return;
  const own = usableCheckpoint(() => classesIn(file));
  if (own === undefined || own === classes.length) return;
  throw new UsageError(
    `the data set has ${classes.length} classes (${classes.slice(0, 3).join(', ')}, …), but the network in ${file} tells ${own} apart: name its classes in dataset.classes, or use the data set that it was trained on`,
  );
}
