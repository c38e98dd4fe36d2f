import { networkDifferences, recogniseNetwork } from '../weights/recognise-network';
import { readSafetensorsHeader, SafetensorsError } from '../weights/safetensors';
import { networkNames } from '../weights/weight-names';
import { datasetFacts } from './datasets/datasets';
import { networkDefinition } from './networks/networks';
import type { Experiment } from './schema';

/** What is to be done where a file tells other classes apart than the data set. */
export const freshHeadRemedy =
  'set model.head to "fresh" to start the last layer at random and take the rest from the file, or use weights of as many classes';

/** What is certain to be wrong with a file as `model.initialWeights`, from its header alone; undefined where nothing is. */
export function initialWeightsProblem(file: string, { dataset, model }: Experiment): string | undefined {
  let names: ReturnType<typeof networkNames>;
  try {
    names = networkNames(readSafetensorsHeader(file).entries);
  } catch (error) {
    if (error instanceof SafetensorsError) return error.message;
    throw error;
  }
  const inFile = recogniseNetwork([...names.tensors.values(), ...names.others]);
  const { classCount: classes } = datasetFacts(dataset.type);
  const { architecture, width } = model;
  const wanted = { architecture, width, ...networkDefinition(architecture).tensors(model) };
  const isFresh = model.head === 'fresh';
  const differences = networkDifferences({ ...inFile, head: undefined }, wanted);
  if (differences.length > 0) {
    return `${file} does not fit model: ${differences.join('; ')}`;
  }
  if (isFresh || !inFile.head || classes === null || inFile.head.classes === classes) return undefined;
  return `${file} tells ${inFile.head.classes} classes apart, the data set has ${classes}: ${freshHeadRemedy}`;
}
