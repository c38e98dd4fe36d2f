import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { RgbImage } from '../images/resize';

/**
 * Writes a picture that readers see whole or not at all: lossless PNG, or JPEG of quality 85 as ImageNet-C is stored.
 * @throws the file system's error
 */
export async function writePicture(
  { data, width, height }: RgbImage,
  file: string,
  format: 'png' | 'jpeg',
): Promise<void> {
  // Imported here: other commands need not load a native module.
  const { default: sharp } = await import('sharp');
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  const encoded = await (format === 'png' ? picture.png() : picture.jpeg({ quality: 85 })).toBuffer();
  const draft = `${file}.tmp`;
  try {
    writeFileSync(draft, encoded);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
