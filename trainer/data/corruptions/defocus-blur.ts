import type { RgbImage } from '../images/resize';
import { diskKernel } from './disk-kernel';
import { filterFolded } from './folded-sum-filter';
import type { CorruptionParameters } from './strengths';
import type { ShiftedSum } from './tap-groups';

const kernels = new Map<string, ShiftedSum>();

export function defocusBlur(image: RgbImage, parameters: CorruptionParameters['defocus_blur']): Uint8Array {
  const key = parameters.join(' ');
  let kernel = kernels.get(key);
  if (!kernel) {
    kernel = diskKernel(...parameters);
    kernels.set(key, kernel);
  }
  return filterFolded({ ...image, channels: 3 }, kernel);
}
