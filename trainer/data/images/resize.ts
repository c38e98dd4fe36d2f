import type { FitFor } from '../image-source';
import { resample, type Taps } from './resampler';

/** A decoded image: [height, width, 3], grey levels 0 to 255, row by row, RGB interleaved. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

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

/** A rectangle of pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const fractionBits = 22;

/** All of an image. */
const whole = ({ width, height }: RgbImage): Box => ({ left: 0, top: 0, width, height });

/**
 * Antialiased bilinear resizing to `width` × `height`, of which only `window` is computed. It follows Pillow's
 * Image.resize(…, BILINEAR): a triangle filter that widens with the scale, 22-bit fixed-point weights, the horizontal pass
 * first and rounded to 8 bits.
 *
 * @param crop what of the image is resized, as if the rest weren't there
 * @returns [window.height, window.width, 3]
 */
export function resizeBilinear(
  image: RgbImage,
  width: number,
  height: number,
  window: Box,
  crop: Box = whole(image),
): Uint8Array {
  const across = triangleTaps(crop.width, width, window.left, window.width);
  const down = triangleTaps(crop.height, height, window.top, window.height);
  const columns = inputRange(across);
  const rows = inputRange(down);
  const stride = image.width * 3;
  const region = {
    data: image.data,
    offset: (crop.top + rows.start) * stride + (crop.left + columns.start) * 3,
    stride,
    width: columns.length,
    rows: rows.length,
  };
  return resample(region, across, down);
}

/** The inputs that outputs are made of; afterwards `first` counts from there. */
function inputRange({ first, count }: Taps): { start: number; length: number } {
  const start = first[0];
  const length = first[first.length - 1] + count[count.length - 1] - start;
  for (let i = 0; i < first.length; i++) first[i] -= start;
  return { start, length };
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

/** Python's round(), which torchvision places its centre crop with. */
export function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
