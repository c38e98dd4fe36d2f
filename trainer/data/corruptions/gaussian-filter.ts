import type { RgbImage } from '../images/resize';
import { type FilterKernels, filterKernels } from './filter-kernels';
import { type Border, emptyPadded, type PaddedImage, padColumns, padImage, padRows } from './padded-image';
import { exponential } from './portable-math';
import { toLevels } from './to-levels';

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
  kernels.reset();
  const weights = gaussianWeights(sigma, 4);
  const radius = weights.length - 1;
  const padded = padImage(kernels, { ...image, channels: 3 }, { left: radius, right: radius }, 'nearest');
  return toLevels(kernels, filterPadded(kernels, padded, weights, 'nearest'), image.data.length);
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
  const blurred = gaussianFilterArea(kernels, kernels.place(field), width, height, sigma, filter);
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
  const padded = emptyPadded(kernels, { width, height, channels: 1 }, { left: radius, right: radius }, 4);
  const { origin, stride } = padded;
  const all = kernels.floats(0, (origin + height * stride) / 4);
  for (let y = 0; y < height; y++) {
    const from = field / 4 + y * width;
    all.copyWithin((origin + y * stride) / 4, from, from + width);
  }
  padColumns(kernels, padded, border);
  return filterPadded(kernels, padded, weights, border);
}

/** Both passes over a source that goes on by the radius on the left and right. Byte offset of the result, without gaps. */
function filterPadded(kernels: FilterKernels, source: PaddedImage, weights: Float64Array, border: Border): number {
  const { width, height, channels } = source;
  const radius = weights.length - 1;
  const count = width * channels;
  const weightArea = kernels.place(Float32Array.from(weights));
  const across = emptyPadded(kernels, source, { top: radius, bottom: radius }, 4);
  const result = kernels.area(count * height);
  const sum = (from: PaddedImage, to: number, toStride: number, step: number) =>
    kernels.symmetricSum(from.origin, from.stride, to, toStride, height, count, step, weightArea, radius);
  sum(source, across.origin, across.stride, channels * 4);
  padRows(kernels, across, border);
  sum(across, result, count * 4, across.stride);
  return result;
}
