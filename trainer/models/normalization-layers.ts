import { branchOf } from '../../common/weights/branch-names';
import { isNormalization, type ParameterSpec } from './layers';

/** The normalisation layers of a network, in order, and the names of all their tensors. */
export interface NormalizationLayers {
  layers: readonly string[];
  tensorNames: readonly string[];
}

export function normalizationLayers(specs: readonly ParameterSpec[]): NormalizationLayers {
  const means = specs.filter(({ name, role }) => role === 'running-mean' && branchOf(name) === 'main');
  return {
    layers: means.map(({ name }) => name.replace(/\.running_mean$/, '')),
    tensorNames: specs.filter(({ role }) => isNormalization(role)).map(({ name }) => name),
  };
}
