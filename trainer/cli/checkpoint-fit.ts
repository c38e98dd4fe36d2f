import { UsageError } from '../../common/errors/usage-error';
import { datasetFacts } from '../../common/experiment/datasets/datasets';
import type { Experiment } from '../../common/experiment/schema';
import { recogniseNetwork } from '../../common/weights/recognise-network';
import { readSafetensorsHeader } from '../../common/weights/safetensors';
import { networkNames } from '../../common/weights/weight-names';
import { prepareNetwork } from '../execution/prepare-network';
import { checkWeights } from '../models/checkpoint';
import { readChosen } from './run-checkpoint';

/**
 * Compares a checkpoint with the network of its experiment by names and shapes, before the data set is opened. Of an image folder
 * the number of classes may be any.
 *
 * @throws UsageError saying in what they differ, or that the file is none
 */
export function checkNetwork(file: string, experiment: Experiment): void {
  readChosen(() => {
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
 * @throws UsageError if they differ, or the file is none
 */
export function checkClassCount(file: string, { dataset }: Experiment, classes: readonly string[]): void {
  if (datasetFacts(dataset.type).classCount !== null) return;
  const own = readChosen(() => classesIn(file));
  if (own === undefined || own === classes.length) return;
  throw new UsageError(
    `the data set has ${classes.length} classes (${classes.slice(0, 3).join(', ')}, …), but the network in ${file} tells ${own} apart: name its classes in dataset.classes, or use the data set that it was trained on`,
  );
}
