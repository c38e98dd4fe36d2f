import { filterKernels } from './filter-kernels';
import { type BytePicture, padImage } from './padded-image';
import { placeTaps, type ShiftedSum } from './tap-groups';
import { toLevels } from './to-levels';

/** Filters a picture whose border goes on as its nearest pixel. */
export function filterShifted(picture: BytePicture, filter: ShiftedSum): Uint8Array {
  const { dx, dy } = filter;
  const { width, height, channels } = picture;
  const kernels = filterKernels();
  kernels.reset();
  const padding = {
    left: Math.max(0, -Math.min(...dx)),
    right: Math.max(0, ...dx),
    top: Math.max(0, -Math.min(...dy)),
    bottom: Math.max(0, ...dy),
  };
  const { origin, stride } = padImage(kernels, picture, padding, 'nearest');
  const taps = placeTaps(kernels, filter, { stride, pixelBytes: channels * 4, isFolded: false });
  const count = width * channels;
  const sums = kernels.area(count * height);
  const { offsets, ends, weights, groups } = taps;
  kernels.shiftedSum(origin, stride, sums, count * 4, height, count, offsets, ends, weights, groups);
  return toLevels(kernels, sums, count * height);
}
