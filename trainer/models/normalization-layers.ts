import { branchOf } from '../../common/weights/branch-names';
import type { ParameterRole, ParameterSpec } from './layers';

/** The normalisation layers of a network, in its order, and the names of all their tensors. */
export interface NormalizationLayers {
  layers: readonly string[];
  tensorNames: readonly string[];
}

const roles: readonly ParameterRole[] = [
  'normalization-weight',
  'normalization-bias',
  'running-mean',
  'running-variance',
];

export function normalizationLayers(specs: readonly ParameterSpec[]): NormalizationLayers {
  const means = specs.filter(({ name, role }) => role === 'running-mean' && branchOf(name) === 'main');
  return {
    layers: means.map(({ name }) => name.replace(/\.running_mean$/, '')),
    tensorNames: specs.filter(({ role }) => roles.includes(role)).map(({ name }) => name),
  };
}
