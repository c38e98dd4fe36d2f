import type { Generator } from '../../random/generator';
import type { Box } from '../images/resize';
import { type ResizedCropDraws, resizedCrop } from '../images/resized-crop';

/** Mean and standard deviation of the red, green and blue channel, pixels in [0, 1]. */
export interface ChannelNormalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Black pixels added on every side before a crop-flip. */
export const padding = 4;

/** Random crop and flip of each image of a batch, as data. */
export interface CropFlipDraws {
  /** [B], 0 to 8: first row of the crop within the image padded by 4; 4 is the middle. */
  readonly top: Uint8Array;
  /** [B], 0 to 8: first column of the crop. */
  readonly left: Uint8Array;
  /** [B], 1 where the crop is mirrored left to right. */
  readonly flip: Uint8Array;
}

/** Draws top, left and flip of one image after the other, each uniform. */
export function drawCropFlip(generator: Generator, count: number): CropFlipDraws {
  const draws = { top: new Uint8Array(count), left: new Uint8Array(count), flip: new Uint8Array(count) };
  for (let i = 0; i < count; i++) {
    draws.top[i] = generator.integer(2 * padding + 1);
    draws.left[i] = generator.integer(2 * padding + 1);
    draws.flip[i] = generator.integer(2);
  }
  return draws;
}

/** How the images of a batch are cropped: `height` tells which of the two it is. */
export type CropDraws = CropFlipDraws | ResizedCropDraws;

/** Images that lie in memory, all of one size. */
type PixelSet = { readonly pixels: Uint8Array; readonly imageSize: number };

/**
 * Writes a batch of normalised images, cropped and flipped (see `writeImage`).
 *
 * @param indices [B], data-set indices
 * @param crops draws for the B images, or null to take the images as they are
 * @param out [B, imageSize, imageSize, 3], overwritten
 */
export function assembleBatch(
  { pixels, imageSize: size }: PixelSet,
  indices: ArrayLike<number>,
  crops: CropDraws | null,
  normalization: ChannelNormalization,
  out: Float32Array,
): void {
  const tables = channelTables(normalization);
  const imageLength = size * size * 3;
  for (let image = 0; image < indices.length; image++) {
    const source = indices[image] * imageLength;
    const to = image * imageLength;
    if (crops && 'height' in crops) {
      const stored = { data: pixels.subarray(source, source + imageLength), width: size, height: size };
      const resized = resizedCrop(stored, boxOf(crops, image), size);
      writeImage(resized, 0, size, 0, 0, crops.flip[image] === 1, tables, out, to);
    } else {
      const [top, left] = crops ? [crops.top[image] - padding, crops.left[image] - padding] : [0, 0];
      writeImage(pixels, source, size, top, left, crops !== null && crops.flip[image] === 1, tables, out, to);
    }
  }
}

/** The box of image i of a batch. */
export function boxOf({ top, left, height, width }: ResizedCropDraws, i: number): Box {
  return { top: top[i], left: left[i], height: height[i], width: width[i] };
}

/**
 * Writes one image, moved against a black ground, mirrored and normalised: each channel becomes (x/255 − mean)/std in float32
 * arithmetic, as torchvision's ToTensor and Normalize make it.
 *
 * @param pixels holds [size, size, 3] from `source` on
 * @param top and left first row and column of the crop, −4 to 4: what lies outside of the image is black
 * @param out takes [size, size, 3] from `at` on
 */
export function writeImage(
  pixels: Uint8Array,
  source: number,
  size: number,
  top: number,
  left: number,
  flip: boolean,
  [red, green, blue]: ChannelTables,
  out: Float32Array,
  at: number,
): void {
  const step = flip ? -3 : 3;
  const firstColumn = Math.min(size, Math.max(0, -left));
  const endColumn = Math.max(firstColumn, Math.min(size, size - left));
  for (let row = 0; row < size; row++) {
    const rowStart = at + row * size * 3;
    const sourceRow = row + top;
    let to = flip ? rowStart + (size - 1) * 3 : rowStart;
    const inside = sourceRow >= 0 && sourceRow < size;
    const first = inside ? firstColumn : size;
    const end = inside ? endColumn : size;
    for (let column = 0; column < first; column++, to += step) writeBlack(to);
    let from = source + (sourceRow * size + left + first) * 3;
    for (let column = first; column < end; column++, to += step, from += 3) {
      out[to] = red[pixels[from]];
      out[to + 1] = green[pixels[from + 1]];
      out[to + 2] = blue[pixels[from + 2]];
    }
    for (let column = end; column < size; column++, to += step) writeBlack(to);
  }

  function writeBlack(to: number): void {
    out[to] = red[0];
    out[to + 1] = green[0];
    out[to + 2] = blue[0];
  }
}

/** Of red, green and blue: [256], the normalised value of every grey level. */
export type ChannelTables = readonly [Float32Array, Float32Array, Float32Array];

export function channelTables(normalization: ChannelNormalization): ChannelTables {
  return [channelTable(normalization, 0), channelTable(normalization, 1), channelTable(normalization, 2)];
}

/** [256], the normalised value of every grey level of a channel. */
function channelTable({ mean, std }: ChannelNormalization, channel: number): Float32Array {
  const channelMean = Math.fround(mean[channel]);
  const channelStd = Math.fround(std[channel]);
  return Float32Array.from(
    { length: 256 },
    (_, level) => Math.fround(Math.fround(level / 255) - channelMean) / channelStd,
  );
}
