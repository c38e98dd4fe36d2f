import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatasetError } from '../../../common/errors/dataset-error';
import { readBytes } from '../../../common/files/read-bytes';
import type { ImageSet } from '../dataset';
import type { ImageSource } from '../image-source';
import { checksumBytes, checksumOf, imageOffsets, pixelStart } from './packed-cache';
import { type Box, fitImage, type RgbImage } from './resize';

/** Width and height of image i as it is stored. */
export function storedSize(
  { source, imageSize }: Pick<ImageSet, 'source' | 'imageSize'>,
  index: number,
): { width: number; height: number } {
  if (!source) return { width: imageSize, height: imageSize };
  return { width: source.sizes[2 * index], height: source.sizes[2 * index + 1] };
}

/** Reads single images of a source. A damaged image of the cache is decoded again, with the same result. */
export class ImageReader {
  private readonly offsets: Float64Array;
  private readonly descriptor: number | undefined;

  /** @param onDamage called when an image of the cache is damaged or cannot be read */
  constructor(
    private readonly source: ImageSource,
    private readonly onDamage: () => void = () => {},
  ) {
    this.offsets = imageOffsets(source.sizes);
    if (source.cache) {
      try {
        this.descriptor = openSync(source.cache.file, 'r');
      } catch {
        // Another process has removed it to make room: what it holds can be decoded.
      }
    }
  }

  /** @throws DatasetError naming the file, if it has to be decoded and cannot be */
  async read(index: number): Promise<RgbImage> {
    return this.stored(index) ?? this.decode(index);
  }

  /** An image that holds at least a box of image i, and where the box lies in it. @throws as `read` */
  async readBox(index: number, box: Box): Promise<{ image: RgbImage; box: Box }> {
    const stored = this.stored(index);
    if (stored) return { image: stored, box };
    if (this.source.fit) return { image: await this.decode(index), box };
    return { image: await this.decode(index, box), box: { ...box, left: 0, top: 0 } };
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }

  private stored(index: number): RgbImage | undefined {
    const { sizes, pixels, cache } = this.source;
    const size = { width: sizes[2 * index], height: sizes[2 * index + 1] };
    const [start, end] = [this.offsets[index], this.offsets[index + 1]];
    if (pixels) return { data: pixels.subarray(start, end), ...size };
    if (!cache || this.descriptor === undefined) return undefined;
    const checksum = cache.checksums.subarray(index * checksumBytes, (index + 1) * checksumBytes);
    try {
      const data = readBytes(this.descriptor, pixelStart(sizes.length / 2) + start, end - start);
      if (Buffer.compare(checksumOf(data), checksum) === 0) return { data, ...size };
    } catch {
      // Reading fails where the disk does.
    }
    this.onDamage();
    return undefined;
  }

  private async decode(index: number, region?: Box): Promise<RgbImage> {
    const { root, files, fit } = this.source;
    const file = join(root, files[index]);
    // Imported here: whoever reads from memory need not load a native module.
    const { decodeImage } = await import('./decode');
    try {
      const image = await decodeImage(file, region);
      if (!fit) return image;
      const { imageSize, use } = fit;
      return { data: fitImage(image, imageSize, use), width: imageSize, height: imageSize };
    } catch (error) {
      throw new DatasetError(
        `${file} ${(error as Error).message}; replace or remove it ("mixprop data check ${root}" lists all broken files)`,
      );
    }
  }
}

/** One image as validation sees it: [imageSize, imageSize, 3], grey levels. @throws DatasetError if its file is broken */
export async function readImage({ pixels, source, imageSize }: ImageSet, index: number): Promise<Uint8Array> {
  if (pixels) return pixels.slice(index * imageSize * imageSize * 3, (index + 1) * imageSize * imageSize * 3);
  if (!source) throw new Error('an image set has neither pixels nor a source');
  const reader = new ImageReader(source);
  try {
    const image = await reader.read(index);
    return source.fit ? image.data : fitImage(image, imageSize, 'validation');
  } finally {
    reader.close();
  }
}
