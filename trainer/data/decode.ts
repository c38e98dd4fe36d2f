import { readFileSync } from 'node:fs';
import { signatureProblem } from '../experiment/image-signature';
import type { Box, RgbImage } from './resize';

/** A picture of more is no photo, but would fill the memory: 30,000 × 8,900 are read. */
const maximumPixels = 268_000_000;

/**
 * Decodes one JPEG or PNG file into RGB as Pillow's `convert('RGB')` does: grey levels become three equal channels, an alpha
 * channel is dropped (not blended), a palette is looked up, the EXIF rotation and colour profile are ignored. Of 16 bits the
 * upper 8 are kept; CMYK goes through libvips's standard profile.
 *
 * @param region gives only this part of it; rows below it need not be decoded
 * @throws an Error that says what is wrong with the file, without its name
 */
export async function decodeImage(file: string, region?: Box): Promise<RgbImage> {
  const bytes = readFileSync(file);
  const problem = signatureProblem(bytes);
  if (problem !== undefined) throw new Error(problem);
  // Only here: most commands never decode, and must run where sharp cannot be loaded.
  const { default: sharp } = await import('sharp');
  try {
    const image = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: maximumPixels });
    const { data, info } = await (region ? image.extract(region) : image)
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`it has ${info.channels} colour channels instead of 3`);
    return { data, width: info.width, height: info.height };
  } catch (error) {
    const message = (error as Error).message.split('\n')[0];
    if (!/pixel limit/.test(message)) throw new Error(`is damaged or cut off: ${message}`);
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    throw new Error(
      `has ${width} × ${height} pixels, more than the ${maximumPixels / 1e6} million that are read: make it smaller`,
    );
  }
}
