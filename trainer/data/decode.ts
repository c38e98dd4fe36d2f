import { readFileSync } from 'node:fs';
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
  checkSignature(bytes);
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

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function checkSignature(bytes: Buffer): void {
  if (bytes.length === 0) throw new Error('is empty');
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (isJpeg || bytes.subarray(0, 8).equals(pngSignature)) return;
  throw new Error(`is neither a JPEG nor a PNG image (its first bytes are ${bytes.subarray(0, 8).toString('hex')})`);
}
