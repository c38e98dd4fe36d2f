import type { Generator } from '../training/generator';
import type { ImageSet } from './dataset';

/** Mean and standard deviation of the red, green and blue channel, pixels in [0, 1]. */
export interface ChannelNormalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Black pixels added on every side before cropping. */
const padding = 4;

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

/**
 * Writes a batch of normalised images: pads 4 black pixels, crops to the image's size, flips, and makes each channel
 * (x/255 − mean)/std in float32 arithmetic, as torchvision's ToTensor and Normalize.
 *
 * @param indices [B], data-set indices
 * @param crops draws for the B images, or null to take the images as they are
 * @param out [B, imageSize, imageSize, 3], overwritten
 */
export function assembleBatch(
  set: ImageSet,
  indices: ArrayLike<number>,
  crops: CropFlipDraws | null,
  normalization: ChannelNormalization,
  out: Float32Array,
): void {
  const { pixels, imageSize: size } = set;
  const imageLength = size * size * 3;
  const [red, green, blue] = [0, 1, 2].map((channel) => channelTable(normalization, channel));
  for (let image = 0; image < indices.length; image++) {
    const source = indices[image] * imageLength;
    const top = crops ? crops.top[image] - padding : 0;
    const left = crops ? crops.left[image] - padding : 0;
    const step = crops && crops.flip[image] === 1 ? -3 : 3;
    const firstColumn = Math.min(size, Math.max(0, -left));
    const endColumn = Math.max(firstColumn, Math.min(size, size - left));
    for (let row = 0; row < size; row++) {
      const rowStart = image * imageLength + row * size * 3;
      const sourceRow = row + top;
      let to = step > 0 ? rowStart : rowStart + (size - 1) * 3;
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
  }

  function writeBlack(to: number): void {
    out[to] = red[0];
    out[to + 1] = green[0];
    out[to + 2] = blue[0];
  }
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
