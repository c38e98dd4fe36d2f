import type { FilterKernels } from './filter-kernels';

/** A picture of one channel in the kernels' memory, with room for a frame. */
export interface FramedPicture {
  /** Byte offset of the first pixel inside the frame. */
  at: number;
  /** Elements from one row to the next. */
  stride: number;
  width: number;
  height: number;
}

/** Elements on the left of a row; and rows above and below the picture. */
const margin = 16;
const marginRows = 2;

/** A picture of zeros. Of one size all have the same stride. */
export function framedArea(
  kernels: FilterKernels,
  width: number,
  height: number,
  elementBytes: 1 | 2 | 4,
): FramedPicture {
  const stride = margin + Math.ceil(width / 16) * 16;
  const bytes = stride * (height + 2 * marginRows) * elementBytes + margin * elementBytes;
  const area = kernels.area(bytes / 4);
  kernels.bytes(area, bytes).fill(0);
  return { at: area + (marginRows * stride + margin) * elementBytes, stride, width, height };
}
