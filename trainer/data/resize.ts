/** A decoded image: [height, width, 3], grey levels 0 to 255, row by row, RGB interleaved. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** For which use an image is brought to size: they differ in how much the centre crop cuts off. */
export type FitFor = 'training' | 'validation';

/**
 * Brings an image to `imageSize` × `imageSize` pixels. One of that size is untouched; of others the shorter side is resized
 * (to imageSize for training, to imageSize·256/224 for validation) and the centre is cut out. Equal to torchvision's
 * `CenterCrop(imageSize)(Resize(side)(image))` on a Pillow image, bit for bit.
 */
export function fitImage(image: RgbImage, imageSize: number, use: FitFor): Uint8Array {
  if (image.width === imageSize && image.height === imageSize) return image.data;
  const shorter = use === 'training' ? imageSize : Math.round((imageSize * 256) / 224);
  const landscape = image.width >= image.height;
  const longer = Math.floor((shorter * Math.max(image.width, image.height)) / Math.min(image.width, image.height));
  const width = landscape ? longer : shorter;
  const height = landscape ? shorter : longer;
  return resizeBilinear(image, width, height, {
    left: roundHalfToEven((width - imageSize) / 2),
    top: roundHalfToEven((height - imageSize) / 2),
    width: imageSize,
    height: imageSize,
  });
}

interface Window {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Fixed-point weights of a resampling along one axis: output i is Σ weights[i·taps + t] · input[first[i] + t] / 2²². */
interface Taps {
  first: Int32Array;
  count: Int32Array;
  taps: number;
  weights: Int32Array;
}

const fractionBits = 22;
const half = 1 << (fractionBits - 1);

/**
 * Antialiased bilinear resizing to `width` × `height`, of which only `window` is computed. It follows Pillow's
 * Image.resize(…, BILINEAR): a triangle filter that widens with the scale, 22-bit fixed-point weights, the horizontal pass
 * first and rounded to 8 bits.
 */
export function resizeBilinear(image: RgbImage, width: number, height: number, window: Window): Uint8Array {
  const across = triangleTaps(image.width, width, window.left, window.width);
  const down = triangleTaps(image.height, height, window.top, window.height);
  const firstRow = down.first[0];
  const endRow = down.first[window.height - 1] + down.count[window.height - 1];
  const narrowed = resampleRows(image, firstRow, endRow, across, window.width);
  return resampleColumns(narrowed, firstRow, down, window);
}

function triangleTaps(inputSize: number, outputSize: number, start: number, length: number): Taps {
  const scale = inputSize / outputSize;
  const support = Math.max(scale, 1);
  const taps = Math.ceil(support) * 2 + 1;
  const result = {
    first: new Int32Array(length),
    count: new Int32Array(length),
    taps,
    weights: new Int32Array(length * taps),
  };
  const raw = new Float64Array(taps);
  for (let i = 0; i < length; i++) {
    const centre = (start + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(inputSize, Math.trunc(centre + support + 0.5)) - first;
    let sum = 0;
    for (let t = 0; t < count; t++) {
      raw[t] = Math.max(0, 1 - Math.abs((first + t - centre + 0.5) / support));
      sum += raw[t];
    }
    for (let t = 0; t < count; t++)
      result.weights[i * taps + t] = Math.trunc((raw[t] / sum) * (1 << fractionBits) + 0.5);
    result.first[i] = first;
    result.count[i] = count;
  }
  return result;
}

/** Rows `firstRow` up to `endRow` of the image, resampled along x: [endRow − firstRow, outputWidth, 3]. */
function resampleRows(
  image: RgbImage,
  firstRow: number,
  endRow: number,
  across: Taps,
  outputWidth: number,
): Uint8Array {
  const { data, width } = image;
  const output = new Uint8Array((endRow - firstRow) * outputWidth * 3);
  let to = 0;
  for (let y = firstRow; y < endRow; y++) {
    for (let x = 0; x < outputWidth; x++) {
      let from = (y * width + across.first[x]) * 3;
      const firstWeight = x * across.taps;
      const endWeight = firstWeight + across.count[x];
      let red = half;
      let green = half;
      let blue = half;
      for (let t = firstWeight; t < endWeight; t++, from += 3) {
        const weight = across.weights[t];
        red += data[from] * weight;
        green += data[from + 1] * weight;
        blue += data[from + 2] * weight;
      }
      output[to++] = toByte(red);
      output[to++] = toByte(green);
      output[to++] = toByte(blue);
    }
  }
  return output;
}

/** The rows from resampleRows, resampled along y: [window.height, window.width, 3]. */
function resampleColumns(rows: Uint8Array, firstRow: number, down: Taps, window: Window): Uint8Array {
  const stride = window.width * 3;
  const output = new Uint8Array(window.height * stride);
  for (let y = 0; y < window.height; y++) {
    const firstWeight = y * down.taps;
    const endWeight = firstWeight + down.count[y];
    const firstInput = (down.first[y] - firstRow) * stride;
    for (let x = 0; x < stride; x++) {
      let sum = half;
      for (let t = firstWeight, from = firstInput + x; t < endWeight; t++, from += stride)
        sum += rows[from] * down.weights[t];
      output[y * stride + x] = toByte(sum);
    }
  }
  return output;
}

function toByte(fixedPoint: number): number {
  const level = fixedPoint >> fractionBits;
  return Math.max(0, Math.min(255, level));
}

/** Python's round(), which torchvision places its centre crop with. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
