import type { Branch } from './branch';
import { branchPrefix } from './branch-names';

/** One branch of a normalisation layer, [C] each. */
export interface BranchTensors {
  weight: ArrayLike<number>;
  bias: ArrayLike<number>;
  runningMean: ArrayLike<number>;
  runningVariance: ArrayLike<number>;
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
