import type { RgbImage } from '../images/resize';
import { type FilterKernels, filterKernels } from './filter-kernels';
import { type Border, drawColumns, drawRows, emptyPadded, padImage } from './padded-image';
import { exponential } from './portable-math';

/**
 * Added before levels are cut off, so that a level that exact arithmetic leaves as it is stays so in float32. The original
 * computes in float64 and cuts off 99.99… as it comes.
 */
export const roundingBias = 1 / 1024;

/** Weights of a Gaussian at distances 0 … radius, radius = truncate·sigma rounded; normalised as both sides together. */
function gaussianWeights(sigma: number, truncate: number): Float64Array {
  const radius = Math.floor(truncate * sigma + 0.5);
  if (radius === 0) return Float64Array.of(1);
  const weights = Float64Array.from({ length: radius + 1 }, (_, k) => exponential((-0.5 * k * k) / (sigma * sigma)));
  const sum = weights.reduce((total, weight, k) => total + (k === 0 ? weight : 2 * weight), 0);
  return weights.map((weight) => weight / sum);
}

/** Blurs an image as scikit-image's `gaussian` does (border "nearest", cut at 4 sigma), and cuts levels off. */
export function gaussianFilterImage(image: RgbImage, sigma: number): Uint8Array {
  const kernels = filterKernels();
  const { width, height } = image;
  const count = width * height * 3;
  kernels.reset();
  const weights = gaussianWeights(sigma, 4);
  const radius = weights.length - 1;
  const sides = { left: radius, right: radius, top: 0, bottom: 0 };
  const padded = padImage(kernels, { ...image, channels: 3 }, sides, 'nearest');
  const blurred = filterPadded(kernels, padded.origin, padded.stride, width, height, 3, weights, 'nearest');
  const bytes = kernels.area(count / 4);
  kernels.narrow(blurred, bytes, count, roundingBias);
  return kernels.bytes(bytes, count).slice();
}

/** How a field is blurred: what is beyond its border, and at how many sigma the Gaussian is cut. */
interface FieldFilter {
  border: Border;
  truncate: number;
}

/** Blurs a field of floats, [height, width]. */
export function gaussianFilterField(
  field: Float32Array,
  width: number,
  height: number,
  sigma: number,
  filter: FieldFilter,
): Float32Array {
  const kernels = filterKernels();
  kernels.reset();
  const area = kernels.area(field.length);
  kernels.floats(area, field.length).set(field);
  const blurred = gaussianFilterArea(kernels, area, width, height, sigma, filter);
  return kernels.floats(blurred, field.length).slice();
}

/** The same in the kernels' memory: byte offsets of field and result. */
export function gaussianFilterArea(
  kernels: FilterKernels,
  field: number,
  width: number,
  height: number,
  sigma: number,
  { border, truncate }: FieldFilter,
): number {
  const weights = gaussianWeights(sigma, truncate);
  const radius = weights.length - 1;
  const sides = { left: radius, right: radius, top: 0, bottom: 0 };
  const padded = emptyPadded(kernels, width, height, 1, sides);
  const all = kernels.floats(0, (padded.origin + height * padded.stride) / 4);
  for (let y = 0; y < height; y++) {
    const from = field / 4 + y * width;
    all.copyWithin((padded.origin + y * padded.stride) / 4, from, from + width);
  }
  drawColumns(kernels, padded, width, height, 1, sides, border);
  return filterPadded(kernels, padded.origin, padded.stride, width, height, 1, weights, border);
}

/** Both passes; the source is drawn out by the radius on the left and right. Byte offset of the result, without gaps. */
function filterPadded(
  kernels: FilterKernels,
  source: number,
  sourceStride: number,
  width: number,
  height: number,
  channels: number,
  weights: Float64Array,
  border: Border,
): number {
  const radius = weights.length - 1;
  const count = width * channels;
  const weightArea = kernels.area(weights.length);
  const endings = { left: 0, right: 0, top: radius, bottom: radius };
  const across = emptyPadded(kernels, width, height, channels, endings);
  const result = kernels.area(count * height);
  kernels.floats(weightArea, weights.length).set(weights);
  kernels.symmetricSum(
    source,
    sourceStride,
    across.origin,
    across.stride,
    height,
    count,
    channels * 4,
    weightArea,
    radius,
  );
  drawRows(kernels, across, width, height, channels, endings, border);
  kernels.symmetricSum(
    across.origin,
    across.stride,
    result,
    count * 4,
    height,
    count,
    across.stride,
    weightArea,
    radius,
  );
  return result;
}
