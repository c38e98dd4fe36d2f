import { filterKernels } from './filter-kernels';
import { type BytePicture, padBytes } from './padded-image';
import { placeTaps, type ShiftedSum } from './tap-groups';
import { toLevels } from './to-levels';

/** Filters a picture, its border reflected, by a filter that is the same upwards and downwards, which takes half the sums. */
export function filterFolded(picture: BytePicture, filter: ShiftedSum): Uint8Array {
  const { dx, dy } = filter;
  const { width, height, channels } = picture;
  const kernels = filterKernels();
  kernels.reset();
  const side = Math.max(0, ...dx, ...dx.map((x) => -x));
  const reach = Math.max(0, ...dy);
  const padding = { left: side, right: side, top: reach, bottom: reach };
  const { origin, stride } = padBytes(kernels, picture, padding, 'reflect-101');
  const count = width * channels;
  const left = side * channels;
  const rowBytes = Math.ceil((left + count + left) / 8) * 8;
  const foldedStride = 2 * rowBytes + 32;
  const taps = placeTaps(kernels, filter, { stride: foldedStride, pixelBytes: 2 * channels, isFolded: true });
  const folded = kernels.area((foldedStride * (reach + 1)) / 4);
  const sums = kernels.area(count * height);
  const source = [origin, stride, left, rowBytes];
  const target = [sums, count * 4, height, count];
  kernels.foldedSum(...source, ...target, folded, reach, taps.offsets, taps.ends, taps.weights, taps.groups);
  return toLevels(kernels, sums, count * height);
}
