import type { RgbImage } from '../images/resize';
import { type FilterKernels, filterKernels } from './filter-kernels';

/** Quantisation steps of brightness and colour at quality 50, row by row (ITU-T T.81, annex K). */
const lumaSteps = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
].flat();
const chromaSteps = [
  [17, 18, 24, 47, 99, 99, 99, 99],
  [18, 21, 26, 66, 99, 99, 99, 99],
  [24, 26, 56, 99, 99, 99, 99, 99],
  [47, 66, 99, 99, 99, 99, 99, 99],
  [99, 99, 99, 99, 99, 99, 99, 99],
  [99, 99, 99, 99, 99, 99, 99, 99],
  [99, 99, 99, 99, 99, 99, 99, 99],
  [99, 99, 99, 99, 99, 99, 99, 99],
].flat();

/**
 * Through libjpeg at a quality from 1 to 100, colours halved (4:2:0), and back: the same bytes, in libjpeg's arithmetic. Bits
 * are not packed, which loses nothing.
 */
export function jpegCompression({ data, width, height }: RgbImage, quality: number): Uint8Array {
  const kernels = filterKernels();
  kernels.reset();
  // Whole blocks of 16 × 16 pixels.
  const stride = Math.ceil(width / 16) * 16;
  const rows = Math.ceil(height / 16) * 16;
  const planeBytes = stride * rows;
  const rgb = kernels.place(data);
  const luma = kernels.area(planeBytes / 4);
  const wideBlue = kernels.area(planeBytes / 4);
  const wideRed = kernels.area(planeBytes / 4);
  const blue = kernels.area(planeBytes / 16);
  const red = kernels.area(planeBytes / 16);
  const lumaTable = stepTable(kernels, lumaSteps, quality);
  const chromaTable = stepTable(kernels, chromaSteps, quality);
  const block = kernels.area(32);
  const mixed = kernels.area((2 * (stride + 32)) / 4);
  kernels.jpegPlanes(rgb, width, height, luma, wideBlue, wideRed, stride);
  repeatLastRow(kernels, luma, stride, height, rows);
  kernels.jpegBlocks(luma, stride, rows, lumaTable.steps, lumaTable.reciprocals, block);
  for (const [wide, plane] of [
    [wideBlue, blue],
    [wideRed, red],
  ]) {
    const evenHeight = height + (height % 2);
    repeatLastRow(kernels, wide, stride, height, evenHeight);
    kernels.jpegHalve(wide, stride, plane, evenHeight);
    repeatLastRow(kernels, plane, stride / 2, evenHeight / 2, rows / 2);
    kernels.jpegBlocks(plane, stride / 2, rows / 2, chromaTable.steps, chromaTable.reciprocals, block);
  }
  kernels.jpegPixels(luma, blue, red, stride, width, height, mixed, rgb);
  return kernels.bytes(rgb, data.length).slice();
}

/** The steps at a quality, int16, and what to multiply by in place of dividing by them, int32: byte offsets. */
function stepTable(
  kernels: FilterKernels,
  base: readonly number[],
  quality: number,
): { steps: number; reciprocals: number } {
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  const values = base.map((step) => Math.min(255, Math.max(1, Math.floor((step * scale + 50) / 100))));
  return {
    steps: kernels.place(Int16Array.from(values)),
    reciprocals: kernels.place(Int32Array.from(values, (step) => Math.ceil(2 ** 19 / step))),
  };
}

function repeatLastRow(kernels: FilterKernels, plane: number, stride: number, height: number, rows: number): void {
  const bytes = kernels.bytes(plane, stride * rows);
  for (let y = height; y < rows; y++) bytes.copyWithin(y * stride, (height - 1) * stride, height * stride);
}
