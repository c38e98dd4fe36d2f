import type { RgbImage } from '../resize';

const fractionBits = 22;
const half = 1 << (fractionBits - 1);

/** Resizing along one axis: output i is the mean of inputs first[i] … first[i] + count[i] − 1. */
interface Spans {
  first: Int32Array;
  count: Int32Array;
  /** Pillow's fixed-point weight of each of them: ⌊2²² / count + ½⌋. */
  weight: Int32Array;
}

function spansOf(inputSize: number, outputSize: number): Spans {
  const scale = inputSize / outputSize;
  const support = 0.5 * Math.max(scale, 1);
  const spans = {
    first: new Int32Array(outputSize),
    count: new Int32Array(outputSize),
    weight: new Int32Array(outputSize),
  };
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
    spans.first[i] = first;
    spans.count[i] = end - first;
    spans.weight[i] = Math.floor((1 << fractionBits) / (end - first) + 0.5);
  }
  return spans;
}

/** Pillow's `resize(…, BOX)`: across first, rounded to bytes, then down. */
export function boxResize(image: RgbImage, width: number, height: number): RgbImage {
  return resizeDown(resizeAcross(image, width), height);
}

function resizeAcross(image: RgbImage, width: number): RgbImage {
  if (width === image.width) return image;
  const { data, height } = image;
  const { first, count, weight: weights } = spansOf(image.width, width);
  const output = new Uint8Array(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = y * image.width * 3;
    for (let x = 0; x < width; x++) {
      let from = row + first[x] * 3;
      const taps = count[x];
      if (taps === 1) {
        output[to++] = data[from];
        output[to++] = data[from + 1];
        output[to++] = data[from + 2];
        continue;
      }
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let t = 0; t < taps; t++, from += 3) {
        red += data[from];
        green += data[from + 1];
        blue += data[from + 2];
      }
      const weight = weights[x];
      output[to++] = (red * weight + half) >> fractionBits;
      output[to++] = (green * weight + half) >> fractionBits;
      output[to++] = (blue * weight + half) >> fractionBits;
    }
  }
  return { data: output, width, height };
}

function resizeDown(image: RgbImage, height: number): RgbImage {
  if (height === image.height) return image;
  const { data, width } = image;
  const { first, count, weight: weights } = spansOf(image.height, height);
  const stride = width * 3;
  const output = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const from = first[y] * stride;
    const taps = count[y];
    if (taps === 1) {
      output.set(data.subarray(from, from + stride), y * stride);
      continue;
    }
    const weight = weights[y];
    const end = from + taps * stride;
    for (let x = 0; x < stride; x++) {
      let sum = 0;
      for (let at = from + x; at < end; at += stride) sum += data[at];
      output[y * stride + x] = (sum * weight + half) >> fractionBits;
    }
  }
  return { data: output, width, height };
}
