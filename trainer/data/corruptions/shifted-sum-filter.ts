import { filterKernels } from './filter-kernels';
import { type Border, type BytePicture, padImage } from './padded-image';

/** A filter as a list: the output is the sum of weight · image moved so that pixel (x + dx, y + dy) comes to (x, y). */
export interface ShiftedSum {
  dx: Int32Array;
  dy: Int32Array;
  weights: Float64Array;
}

/**
 * Filters a picture.
 * @param bias added before levels are cut off
 */
export function filterShifted(picture: BytePicture, filter: ShiftedSum, border: Border, bias: number): Uint8Array {
  const { dx, dy, weights } = filter;
  const { width, height, channels } = picture;
  const kernels = filterKernels();
  kernels.reset();
  const padding = {
    left: Math.max(0, -Math.min(...dx)),
    right: Math.max(0, ...dx),
    top: Math.max(0, -Math.min(...dy)),
    bottom: Math.max(0, ...dy),
  };
  const { origin, stride } = padImage(kernels, picture, padding, border);
  const taps = weights.length;
  // Taps of equal weight are summed before they are weighted.
  const order = Array.from(weights.keys()).sort((a, b) => weights[a] - weights[b]);
  const isLast = (i: number) => i === taps - 1 || Math.fround(weights[order[i]]) !== Math.fround(weights[order[i + 1]]);
  const groupEnds = order.flatMap((_, i) => (isLast(i) ? i + 1 : []));
  const groups = groupEnds.length;
  const offsetArea = kernels.area(taps);
  const endArea = kernels.area(groups);
  const weightArea = kernels.area(groups);
  const count = width * channels;
  const result = kernels.area(count * height);
  const bytes = kernels.area((count * height) / 4);
  const offsets = kernels.words(offsetArea, taps);
  for (let i = 0; i < taps; i++) offsets[i] = dy[order[i]] * stride + dx[order[i]] * channels * 4;
  kernels.words(endArea, groups).set(groupEnds.map((end) => end * 4));
  kernels.floats(weightArea, groups).set(groupEnds.map((end) => weights[order[end - 1]]));
  kernels.shiftedSum(origin, stride, result, count * 4, height, count, offsetArea, endArea, weightArea, groups);
  kernels.narrow(result, bytes, count * height, bias);
  return kernels.bytes(bytes, count * height).slice();
}
