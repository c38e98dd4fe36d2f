import type { ChannelNormalization } from '../data/loading/augment';

/** Pixels between images. */
const gap = 2;

/**
 * Writes images side by side as one PNG, row by row, about as many rows as columns. Small images are enlarged by a whole
 * factor, pixel by pixel.
 *
 * @param pixels [N, S, S, 3], normalised
 */
export async function writeContactSheet(
  file: string,
  pixels: Float32Array,
  imageSize: number,
  { mean, std }: ChannelNormalization,
): Promise<void> {
  const count = pixels.length / (imageSize * imageSize * 3);
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const pitch = imageSize + gap;
  const [width, height] = [columns * pitch + gap, rows * pitch + gap];
  const sheet = Buffer.alloc(width * height * 3, 128);
  for (let image = 0; image < count; image++) {
    const top = gap + Math.floor(image / columns) * pitch;
    const left = gap + (image % columns) * pitch;
    for (let y = 0; y < imageSize; y++) {
      for (let x = 0; x < imageSize; x++) {
        for (let channel = 0; channel < 3; channel++) {
          const value = pixels[((image * imageSize + y) * imageSize + x) * 3 + channel] * std[channel] + mean[channel];
          sheet[((top + y) * width + left + x) * 3 + channel] = Math.round(255 * Math.min(1, Math.max(0, value)));
        }
      }
    }
  }
  // Imported here: other commands need not load a native module.
  const { default: sharp } = await import('sharp');
  const factor = Math.max(1, Math.floor(96 / imageSize));
  await sharp(sheet, { raw: { width, height, channels: 3 } })
    .resize(width * factor, height * factor, { kernel: 'nearest' })
    .png()
    .toFile(file);
}
