import type { FilterKernels } from './filter-kernels';

/** How an image goes on past its border, in the words of SciPy: aaa|abc|ccc, cba|abc|cba and OpenCV's cb|abc|ba. */
export type Border = 'nearest' | 'reflect' | 'reflect-101';

/** Where a line of `size` samples is read for index `i` anywhere. */
export function borderIndex(i: number, size: number, border: Border): number {
  if (i >= 0 && i < size) return i;
  if (border === 'nearest' || size === 1) return i < 0 ? 0 : size - 1;
  const period = border === 'reflect' ? 2 * size : 2 * size - 2;
  const inPeriod = ((i % period) + period) % period;
  if (inPeriod < size) return inPeriod;
  return border === 'reflect' ? period - 1 - inPeriod : period - inPeriod;
}

/** Bytes row by row, `channels` interleaved. */
export interface BytePicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Pixels by which an image is extended; 0 where absent. */
export interface Padding {
  left?: number;
  right?: number;
  top?: number;
  bottom?: number;
}

/** A picture in the kernels' memory with room for its continuation past the border. */
export interface PaddedImage {
  /** Byte offset of the first value of the image itself. */
  origin: number;
  /** Bytes from one row to the next. */
  stride: number;
  width: number;
  height: number;
  channels: number;
  /** Bytes of a value: 4 of a float. */
  valueBytes: 1 | 4;
  padding: Required<Padding>;
}

/** Copies an image into the kernels' memory as floats, with its continuation on all sides. */
export function padImage(kernels: FilterKernels, picture: BytePicture, padding: Padding, border: Border): PaddedImage {
  const bytes = kernels.place(picture.data);
  const padded = emptyPadded(kernels, picture, padding, 4);
  const count = picture.width * picture.channels;
  kernels.widen(bytes, count, padded.origin, padded.stride, picture.height, count);
  padColumns(kernels, padded, border);
  padRows(kernels, padded, border);
  return padded;
}

/** The same as bytes. */
export function padBytes(kernels: FilterKernels, picture: BytePicture, padding: Padding, border: Border): PaddedImage {
  const { data, width, height, channels } = picture;
  const padded = emptyPadded(kernels, picture, padding, 1);
  const { origin, stride } = padded;
  const all = kernels.bytes(origin, height * stride);
  const rowBytes = width * channels;
  for (let y = 0; y < height; y++) all.set(data.subarray(y * rowBytes, (y + 1) * rowBytes), y * stride);
  padColumns(kernels, padded, border);
  padRows(kernels, padded, border);
  return padded;
}

/** Room for a picture and its continuation. */
export function emptyPadded(
  kernels: FilterKernels,
  { width, height, channels }: Omit<BytePicture, 'data'>,
  { left = 0, right = 0, top = 0, bottom = 0 }: Padding,
  valueBytes: 1 | 4,
): PaddedImage {
  const pixelBytes = channels * valueBytes;
  const stride = (left + width + right) * pixelBytes;
  const origin = kernels.area(((top + height + bottom) * stride) / 4) + top * stride + left * pixelBytes;
  return { origin, stride, width, height, channels, valueBytes, padding: { left, right, top, bottom } };
}

/** Continues the image's rows to the left and right. */
export function padColumns(kernels: FilterKernels, image: PaddedImage, border: Border): void {
  const { origin, stride, width, height, channels, valueBytes, padding } = image;
  const row = stride / valueBytes;
  const first = origin / valueBytes;
  const end = first + height * row;
  const all = valueBytes === 4 ? kernels.floats(0, end) : kernels.bytes(0, end);
  for (const x of outside(padding.left, width, padding.right)) {
    const from = first + borderIndex(x, width, border) * channels;
    const to = first + x * channels;
    for (let y = 0; y < height; y++)
      for (let channel = 0; channel < channels; channel++) all[to + y * row + channel] = all[from + y * row + channel];
  }
}

/** Continues the picture upwards and downwards, columns beside the image included. */
export function padRows(kernels: FilterKernels, image: PaddedImage, border: Border): void {
  const { origin, stride, height, channels, valueBytes, padding } = image;
  const start = origin - padding.left * channels * valueBytes;
  const all = kernels.bytes(0, start + (height + padding.bottom) * stride);
  for (const y of outside(padding.top, height, padding.bottom)) {
    const from = start + borderIndex(y, height, border) * stride;
    all.copyWithin(start + y * stride, from, from + stride);
  }
}

/** The indices before and after a line of `size` samples. */
function outside(before: number, size: number, after: number): number[] {
  return [
    ...Array.from({ length: before }, (_, i) => i - before),
    ...Array.from({ length: after }, (_, i) => size + i),
  ];
}
