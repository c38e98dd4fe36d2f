import type { BranchTensors } from '../../common/run/divergence-measures';
import type { Branch } from '../../common/run/events';
import { branchOf, branchPrefix } from '../../common/weights/branch-names';
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

/** The tensors of one branch of a layer. @param values by name */
export function branchTensors(
  layer: string,
  branch: Branch,
  values: ReadonlyMap<string, ArrayLike<number>>,
): BranchTensors {
  const tensor = (part: string) => {
    const name = `${branchPrefix(layer, branch)}.${part}`;
    const value = values.get(name);
    if (!value) throw new Error(`there is no tensor ${name}`);
    return value;
  };
  return {
    weight: tensor('weight'),
    bias: tensor('bias'),
    runningMean: tensor('running_mean'),
    runningVariance: tensor('running_var'),
  };
}
