import type { RgbImage } from '../resize';

/** Through libjpeg at a quality, colours halved (4:2:0), and back. */
export async function jpegCompression(image: RgbImage, quality: number): Promise<Uint8Array> {
  // Imported here: what never compresses need not load a native module.
  const { default: sharp } = await import('sharp');
  const { data, width, height } = image;
  const compressed = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0', optimiseCoding: false })
    .toBuffer();
  return sharp(compressed).raw().toBuffer();
}
