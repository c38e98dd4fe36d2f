import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runPaths } from '../../../../common/run/run-folder';
import type { Branch } from '../../../../common/weights/branch';
import { branchPrefix } from '../../../../common/weights/branch-names';
import type { BranchTensors } from '../../../../common/weights/branch-tensors';
import { type NamedTensor, writeSafetensors } from '../../../../common/weights/safetensors';

/** Writes a made-up file of the `bn/` folder and returns what is in it, by layer. @param change of the running means */
export function writeBatchNormFile(
  folder: string,
  epoch: number,
  layers: readonly string[],
  channels: number,
  change: (value: number, index: number) => number = (value) => value,
  branches: readonly Branch[] = ['main', 'aux'],
): Map<string, Record<Branch, BranchTensors>> {
  const tensors = new Map<string, NamedTensor>();
  const contents = new Map<string, Record<Branch, BranchTensors>>();
  for (const [row, layer] of layers.entries()) {
    const of = (branch: Branch): BranchTensors => {
      const shift = branch === 'aux' ? 0.25 * epoch : 0;
      const column = (start: number) =>
        Float32Array.from({ length: channels }, (_, i) => start + row + i * 0.5 + shift);
      return {
        weight: column(1),
        bias: column(0),
        runningMean: column(-1).map(change),
        runningVariance: column(2),
      };
    };
    const values = { main: of('main'), aux: of('aux') };
    contents.set(layer, values);
    for (const branch of branches) {
      const { weight, bias, runningMean, runningVariance } = values[branch];
      const parts = { weight, bias, running_mean: runningMean, running_var: runningVariance };
      for (const [part, column] of Object.entries(parts)) {
        tensors.set(`${branchPrefix(layer, branch)}.${part}`, { shape: [channels], values: column as Float32Array });
      }
    }
  }
  const { batchNorm } = runPaths(folder);
  mkdirSync(batchNorm, { recursive: true });
  const file = join(batchNorm, `epoch-${String(epoch).padStart(4, '0')}.safetensors`);
  writeSafetensors(file, { tensors, metadata: { format: 'mixprop-bn' } });
  return contents;
}
