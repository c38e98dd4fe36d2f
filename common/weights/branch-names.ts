import type { Branch } from './branch';

const auxPart = '.aux_bn.0';

/** Prefix of the tensors of a normalisation layer's branch: "bn1", "bn1.aux_bn.0" (timm's SplitBatchNorm2d). */
export function branchPrefix(layer: string, branch: Branch): string {
  return branch === 'main' ? layer : layer + auxPart;
}

/** The branch that a tensor belongs to; shared ones count as main. */
export function branchOf(tensor: string): Branch {
  return tensor.includes(`${auxPart}.`) ? 'aux' : 'main';
}

/** Of a tensor of timm's SplitBatchNorm2d, which may have several aux branches, the branch's number; else undefined. */
export function auxNumberOf(tensor: string): number | undefined {
  const number = /\.aux_bn\.(\d+)\./.exec(tensor)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The tensor of main that stands beside a tensor of aux. */
export function mainNameOf(tensor: string): string {
  return tensor.replace(`${auxPart}.`, '.');
}
