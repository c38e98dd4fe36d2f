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

/** Pixels by which an image is extended. */
export interface Padding {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A picture in the kernels' memory, whose border goes on on all sides. */
export interface PaddedImage {
  /** Byte offset of the first value of the image itself. */
  origin: number;
  /** Bytes from one row to the next. */
  stride: number;
}

/** Copies an image into the kernels' memory as floats, with its border drawn out. */
export function padImage(
  kernels: FilterKernels,
  { data, width, height, channels }: BytePicture,
  padding: Padding,
  border: Border,
): PaddedImage {
  const bytes = kernels.area(data.length / 4);
  kernels.bytes(bytes, data.length).set(data);
  const padded = emptyPadded(kernels, width, height, channels, padding);
  kernels.widen(bytes, width * channels, padded.origin, padded.stride, height, width * channels);
  drawColumns(kernels, padded, width, height, channels, padding, border);
  drawRows(kernels, padded, width, height, channels, padding, border);
  return padded;
}

/** The same as bytes. */
export function padBytes(
  kernels: FilterKernels,
  { data, width, height, channels }: BytePicture,
  { left, right, top, bottom }: Padding,
  border: Border,
): PaddedImage {
  const stride = (left + width + right) * channels;
  const area = kernels.area(((top + height + bottom) * stride) / 4);
  const all = kernels.bytes(area, (top + height + bottom) * stride);
  const rowBytes = width * channels;
  for (let y = 0; y < height; y++) {
    const start = (top + y) * stride + left * channels;
    all.set(data.subarray(y * rowBytes, (y + 1) * rowBytes), start);
    for (let x = -left; x < width + right; x++) {
      if (x === 0) x = width;
      if (x >= width + right) break;
      const from = start + borderIndex(x, width, border) * channels;
      for (let channel = 0; channel < channels; channel++) all[start + x * channels + channel] = all[from + channel];
    }
  }
  for (let y = -top; y < height + bottom; y++) {
    if (y === 0) y = height;
    if (y >= height + bottom) break;
    const from = (top + borderIndex(y, height, border)) * stride;
    all.copyWithin((top + y) * stride, from, from + stride);
  }
  return { origin: area + top * stride + left * channels, stride };
}

/** Room for a picture of `channels` interleaved floats a pixel and its border. */
export function emptyPadded(
  kernels: FilterKernels,
  width: number,
  height: number,
  channels: number,
  { left, right, top, bottom }: Padding,
): PaddedImage {
  const stride = (left + width + right) * channels * 4;
  const area = kernels.area(((top + height + bottom) * stride) / 4);
  return { origin: area + top * stride + left * channels * 4, stride };
}

/** Draws the image's rows out to the left and right. */
export function drawColumns(
  kernels: FilterKernels,
  { origin, stride }: PaddedImage,
  width: number,
  height: number,
  channels: number,
  { left, right }: Padding,
  border: Border,
): void {
  const rowFloats = stride / 4;
  const first = origin / 4;
  const all = kernels.floats(0, first + height * rowFloats);
  for (let x = -left; x < width + right; x++) {
    if (x === 0) x = width;
    if (x >= width + right) break;
    const from = first + borderIndex(x, width, border) * channels;
    const to = first + x * channels;
    for (let y = 0; y < height; y++)
      for (let channel = 0; channel < channels; channel++)
        all[to + y * rowFloats + channel] = all[from + y * rowFloats + channel];
  }
}

/** Draws the picture out upwards and downwards, columns beside the image included. */
export function drawRows(
  kernels: FilterKernels,
  { origin, stride }: PaddedImage,
  width: number,
  height: number,
  channels: number,
  { left, right, top, bottom }: Padding,
  border: Border,
): void {
  const rowStart = origin - left * channels * 4;
  const rowBytes = (left + width + right) * channels * 4;
  const all = kernels.bytes(0, rowStart + (height + bottom) * stride);
  for (let y = -top; y < height + bottom; y++) {
    if (y === 0) y = height;
    if (y >= height + bottom) break;
    const from = rowStart + borderIndex(y, height, border) * stride;
    all.copyWithin(rowStart + y * stride, from, from + rowBytes);
  }
}
