import type { Experiment } from '../experiment/schema';
import { recogniseNetwork } from '../models/recognise-network';
import { readSafetensorsHeader } from '../run/safetensors';
import { networkNames } from '../run/weight-names';
import { UsageError } from '../usage-error';
import { readChosen } from './run-checkpoint';

/**
 * Compares the number of an image folder's classes with a network's. Of other data sets it does not depend on what is there.
 *
 * @param file the network's checkpoint
 * @throws UsageError if they differ, or the file is none
 */
export function checkClassCount(file: string, { dataset }: Experiment, classes: readonly string[]): void {
  if (dataset.type !== 'image-folder') return;
  const { tensors } = networkNames(readChosen(() => readSafetensorsHeader(file)).entries);
  const { head } = recogniseNetwork(tensors.values());
  if (head === undefined || head.classes === classes.length) return;
  throw new UsageError(
    `the data set has ${classes.length} classes (${classes.slice(0, 3).join(', ')}, …), but the network in ${file} tells ${head.classes} apart: name its classes in dataset.classes, or use the data set that it was trained on`,
  );
}
