import { filterKernels } from './filter-kernels';
import { type Border, type BytePicture, padBytes } from './padded-image';
import type { ShiftedSum } from './shifted-sum-filter';

/** So many bytes of the largest level still fit 16 bits. */
const mostSummed = 257;

/**
 * Filters a picture by a filter that is the same upwards and downwards, which takes half the sums.
 * @param bias added before levels are cut off
 */
export function filterFolded(picture: BytePicture, filter: ShiftedSum, border: Border, bias: number): Uint8Array {
  const { dx, dy, weights } = filter;
  const { width, height, channels } = picture;
  const kernels = filterKernels();
  kernels.reset();
  const side = Math.max(0, ...dx, ...dx.map((x) => -x));
  const reach = Math.max(0, ...dy);
  const { origin, stride } = padBytes(kernels, picture, { left: side, right: side, top: reach, bottom: reach }, border);
  // Taps of equal weight are summed before they are weighted: most of a disk's are.
  const order = Array.from(weights.keys())
    .filter((i) => dy[i] >= 0)
    .sort((a, b) => weights[a] - weights[b]);
  const taps = order.length;
  const groupEnds: number[] = [];
  let summed = 0;
  for (const [i, tap] of order.entries()) {
    const rows = dy[tap] > 0 ? 2 : 1;
    const isNew = i > 0 && Math.fround(weights[tap]) !== Math.fround(weights[order[i - 1]]);
    if (isNew || summed + rows > mostSummed) {
      groupEnds.push(i);
      summed = 0;
    }
    summed += rows;
  }
  groupEnds.push(taps);
  const groups = groupEnds.length;
  const offsetArea = kernels.area(taps);
  const endArea = kernels.area(groups);
  const weightArea = kernels.area(groups);
  const count = width * channels;
  const left = side * channels;
  const rowBytes = Math.ceil((left + count + left) / 8) * 8;
  const foldedStride = 2 * rowBytes + 32;
  const folded = kernels.area((foldedStride * (reach + 1)) / 4);
  const result = kernels.area(count * height);
  const bytes = kernels.area((count * height) / 4);
  const offsets = kernels.words(offsetArea, taps);
  for (let i = 0; i < taps; i++) offsets[i] = dy[order[i]] * foldedStride + 2 * dx[order[i]] * channels;
  kernels.words(endArea, groups).set(groupEnds.map((end) => end * 4));
  kernels.floats(weightArea, groups).set(groupEnds.map((end) => weights[order[end - 1]]));
  kernels.foldedSum(
    origin,
    stride,
    left,
    rowBytes,
    result,
    count * 4,
    height,
    count,
    folded,
    reach,
    offsetArea,
    endArea,
    weightArea,
    groups,
  );
  kernels.narrow(result, bytes, count * height, bias);
  return kernels.bytes(bytes, count * height).slice();
}
