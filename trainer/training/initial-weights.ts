import { freshHeadRemedy } from '../experiment/check-initial-weights';
import type { Experiment } from '../experiment/schema';
import { resolvePath } from '../experiment/written-path';
import { initialState } from '../models/initialization';
import { isHead, type ParameterSpec } from '../models/layers';
import { CheckpointError, readWeights } from '../run/checkpoint';

/**
 * The values that `model.initialWeights` starts a run from, by name; undefined without. A fresh head is that of a run of the
 * same seed from random values.
 *
 * @throws CheckpointError, SafetensorsError
 */
export function readInitialWeights(
  { model, seed }: Experiment,
  baseFolder: string,
  specs: readonly ParameterSpec[],
  onNote: (note: string) => void,
): Map<string, Float32Array> | undefined {
  const { initialWeights, head } = model;
  if (initialWeights === null) return undefined;
  const file = resolvePath(initialWeights, baseFolder);
  try {
    const values = readWeights(file, specs, { head, onNote });
    if (head === 'from-file') return values;
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
