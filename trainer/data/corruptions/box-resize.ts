import type { RgbImage } from '../images/resize';
import { type FilterKernels, filterKernels } from './filter-kernels';

const fractionBits = 22;

/**
 * How a line is resized: output i is the mean of a span of inputs. Three int32 an output: offset of its first input, number of
 * inputs, and Pillow's fixed-point weight of each, ⌊2²² / number + ½⌋.
 * @param step bytes from one input to the next
 */
function spansOf(inputSize: number, outputSize: number, step: number): Int32Array {
  const scale = inputSize / outputSize;
  const support = 0.5 * Math.max(scale, 1);
  const spans = new Int32Array(3 * outputSize);
  for (let i = 0; i < outputSize; i++) {
    const centre = (i + 0.5) * scale;
    let first = Math.max(0, Math.trunc(centre - support + 0.5));
    let end = Math.min(inputSize, Math.trunc(centre + support + 0.5));
    // A sample on the edge of the box counts at its right end only.
    const inside = (x: number) => {
      const place = (x - centre + 0.5) / Math.max(scale, 1);
      return place > -0.5 && place <= 0.5;
    };
    while (first < end - 1 && !inside(first)) first++;
    while (end > first + 1 && !inside(end - 1)) end--;
    const count = end - first;
    spans.set([first * step, count, Math.floor((1 << fractionBits) / count + 0.5)], 3 * i);
  }
  return spans;
}

/** An RGB picture in the kernels' memory, without gaps. */
interface PlacedImage {
  /** Byte offset. */
  at: number;
  width: number;
  height: number;
}

/** Pillow's `resize(…, BOX)` to each of some sizes in turn: across first, rounded to bytes, then down. */
export function boxResizes(image: RgbImage, sizes: readonly [width: number, height: number][]): Uint8Array {
  const kernels = filterKernels();
  kernels.reset();
  const { data, width, height } = image;
  let picture: PlacedImage = { at: kernels.place(data), width, height };
  for (const [newWidth, newHeight] of sizes)
    picture = resizeDown(kernels, resizeAcross(kernels, picture, newWidth), newHeight);
  return kernels.bytes(picture.at, picture.width * picture.height * 3).slice();
}

function resizeAcross(kernels: FilterKernels, { at, width, height }: PlacedImage, newWidth: number): PlacedImage {
  const spans = kernels.place(spansOf(width, newWidth, 3));
  const target = kernels.area((newWidth * height * 3) / 4);
  kernels.boxAcross(at, width * 3, target, newWidth * 3, height, newWidth, spans);
  return { at: target, width: newWidth, height };
}

function resizeDown(kernels: FilterKernels, { at, width, height }: PlacedImage, newHeight: number): PlacedImage {
  const stride = width * 3;
  const spans = kernels.place(spansOf(height, newHeight, stride));
  const target = kernels.area((stride * newHeight) / 4);
  kernels.boxDown(at, stride, target, newHeight, spans);
  return { at: target, width, height: newHeight };
}
