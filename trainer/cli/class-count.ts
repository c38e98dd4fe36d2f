import type { Experiment } from '../experiment/schema';
import { buildNetwork } from '../models/build-network';
import { readSafetensors } from '../run/safetensors';
import { UsageError } from '../usage-error';
import { readChosen } from './run-checkpoint';

/**
 * Compares the number of an image folder's classes with a network's. Of other data sets it does not depend on what is there.
 *
 * @param file the network's checkpoint
 * @throws UsageError if they differ, or the file is none
 */
export function checkClassCount(file: string, { dataset, model }: Experiment, classes: readonly string[]): void {
  if (dataset.type !== 'image-folder') return;
  const { specs } = buildNetwork(model, classes.length, ['main']);
  const head = specs.find(({ role }) => role === 'linear-weight');
  const outputs = head && readChosen(() => readSafetensors(file)).tensors.get(head.name)?.shape[0];
  if (outputs === undefined || outputs === classes.length) return;
  throw new UsageError(
    `the data set has ${classes.length} classes (${classes.slice(0, 3).join(', ')}, …), but the network in ${file} tells ${outputs} apart: name its classes in dataset.classes, or use the data set that it was trained on`,
  );
}
