import { freshHeadRemedy } from '../../common/experiment/check-initial-weights';
import type { Experiment } from '../../common/experiment/schema';
import { resolvePath } from '../../common/experiment/written-path';
import { compareWithNetwork } from '../data/data-identity';
import { CheckpointError, checkpointClasses, readWeights } from '../models/checkpoint';
import { initialState } from '../models/initialization';
import { isHead, type ParameterSpec } from '../models/layers';

/**
 * The values that `model.initialWeights` gives a run, by name; undefined without. A fresh head is the one that a run with the
 * same seed and random values has.
 *
 * @param classes of the data set, in the order of the labels
 * @param onNote called with notes on how the file was read, and whether its head is for other classes
 * @throws CheckpointError, SafetensorsError
 */
export function readInitialWeights(
  { model, seed, dataset }: Experiment,
  baseFolder: string,
  specs: readonly ParameterSpec[],
  classes: readonly string[],
  onNote: (note: string) => void,
): Map<string, Float32Array> | undefined {
  const { initialWeights, head } = model;
  if (initialWeights === null) return undefined;
  const file = resolvePath(initialWeights, baseFolder);
  try {
    const values = readWeights(file, specs, { head, onNote });
    if (head === 'from-file') {
      const own = checkpointClasses(file);
      const comparison = own && compareWithNetwork(own, classes, dataset.type);
      if (comparison && comparison.kind !== 'same') {
        const what = comparison.kind === 'other' ? comparison.difference : 'the same in another order';
        onNote(
          `the last layer of ${file} tells other classes apart than the data set has (${what}): it starts with those of another class unless "head" is "fresh"`,
        );
      }
      return values;
    }
    const fresh = initialState(
      specs.filter(({ role }) => isHead(role)),
      seed,
    );
    return new Map([...values, ...fresh]);
  } catch (error) {
    const isRemedied = error instanceof CheckpointError && error.hasOtherClasses && head === 'from-file';
    throw isRemedied ? new CheckpointError(`${error.message}\n${freshHeadRemedy}`) : error;
  }
}
