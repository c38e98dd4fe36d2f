import { readFileSync, statSync } from 'node:fs';
import type { Sharp, SharpOptions } from 'sharp';
import { reasonOf } from '../../../common/errors/system-error';
import { type ImageFormat, imageFormat, signatureProblem } from '../../../common/files/image-signature';
import { decodeBmp } from './bmp';
import { firstGifFrame, onCanvas } from './gif-frame';
import { jpegFrame } from './jpeg-frame';
import { maxPixels, PixelLimitError } from './pixel-limit';
import type { Box, RgbImage } from './resize';
import { unreadTiffColours } from './tiff-colours';

/**
 * Decodes an image file into RGB as Pillow's `Image.open(file).convert('RGB')` does, which torchvision's image folders read with:
 * the content says which format it is, grey levels become three equal channels, an alpha channel is dropped (not blended), a
 * palette is looked up, CMYK is converted by Pillow's formula, colour profiles are ignored, and so is the EXIF rotation, but for
 * TIFF's. Of an animation or several pages the first counts. Other than in Pillow, of 16 bits the upper 8 are kept in grey too.
 *
 * @param region gives only this part of it; rows below it need not be decoded
 * @throws an Error that says what is wrong with the file, without its name
 */
export async function decodeImage(file: string, region?: Box): Promise<RgbImage> {
  const bytes = readBytes(file);
  const format = imageFormat(bytes);
  if (format === undefined) throw new Error(signatureProblem(bytes));
  if (format === 'BMP') return cut(decodeBmp(bytes), region);
  try {
    return await decodeBySharp(bytes, format, region);
  } catch (error) {
    throw await problemOf(error as Error, bytes, format);
  }
}

function readBytes(file: string): Buffer {
  try {
    // Whoever reads a pipe waits for its writer.
    if (statSync(file).isFile()) return readFileSync(file);
  } catch (error) {
    throw new Error(`cannot be read: ${reasonOf(error)}`);
  }
  throw new Error('is no file but a folder, pipe or device');
}

const sharpOptions: SharpOptions = { failOn: 'error', ignoreIcc: true, limitInputPixels: maxPixels };

async function decodeBySharp(bytes: Buffer, format: ImageFormat, region?: Box): Promise<RgbImage> {
  // Only here: most commands never decode, and must run where sharp cannot be loaded.
  const { default: sharp } = await import('sharp');
  const image = sharp(bytes, sharpOptions);
  const part = (whole: Sharp) => (region ? whole.extract(region) : whole);
  switch (format) {
    case 'JPEG': {
      const frame = jpegFrame(bytes);
      if (frame?.unread) throw new UnreadError(`a JPEG with ${frame.unread}`);
      return frame?.components === 4 ? fromCmyk(part(image), 'uchar') : rgb(part(image));
    }
    case 'GIF': {
      const frame = firstGifFrame(bytes);
      // The colour of a transparent pixel is that of the palette.
      if (frame?.flagsAt !== undefined) bytes[frame.flagsAt] &= ~1;
      const decoded = await rgb(image);
      return cut(frame ? onCanvas(decoded, frame) : decoded, region);
    }
    case 'TIFF': {
      const colours = unreadTiffColours(bytes);
      if (colours !== undefined) throw new UnreadError(`a TIFF with ${colours}`);
      const { space, depth } = await image.metadata();
      if (depth !== 'uchar' && depth !== 'ushort') throw new UnreadError(`a TIFF with ${valueNames[depth] ?? depth}`);
      const upright = part(image.autoOrient());
      return space === 'cmyk' ? fromCmyk(upright, depth) : rgb(upright);
    }
    default:
      return rgb(part(image));
  }
}

/** A kind of an image format that cannot be decoded. */
class UnreadError extends Error {
  /** @param kind "a TIFF with floating-point values" */
  constructor(kind: string) {
    super(`is ${kind}, which is not read: convert it to PNG`);
  }
}

const valueNames: Readonly<Record<string, string>> = {
  float: 'floating-point values',
  double: 'floating-point values',
  uint: '32 bits a channel',
  int: '32 bits a channel',
  short: 'signed values',
  char: 'signed values',
};

async function problemOf(error: Error, bytes: Buffer, format: ImageFormat): Promise<Error> {
  if (error instanceof UnreadError || error instanceof PixelLimitError) return error;
  const message = error.message.split('\n')[0];
  if (/pixel limit/.test(message)) {
    const { default: sharp } = await import('sharp');
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return new PixelLimitError(width, height);
  }
  if (format === 'TIFF') return new Error(`is damaged, cut off or a TIFF of a kind that is not read: ${message}`);
  return new Error(`is damaged or cut off: ${message}`);
}

async function rgb(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`it has ${info.channels} colour channels instead of 3`);
  return { data, width: info.width, height: info.height };
}

/** By Pillow's formula: each colour's share of what black leaves, rounded. libvips would go through a printer's profile. */
async function fromCmyk(image: Sharp, depth: 'uchar' | 'ushort'): Promise<RgbImage> {
  const { data: bytes, info } = await image
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw({ depth })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  // Of 16 bits the upper byte counts: the second one.
  const [step, first] = depth === 'uchar' ? [1, 0] : [2, 1];
  const data = new Uint8Array(width * height * 3);
  for (let at = first, out = 0; out < data.length; at += channels * step, out += 3) {
    const left = 255 - bytes[at + 3 * step];
    for (let channel = 0; channel < 3; channel++) {
      const product = bytes[at + channel * step] * left + 128;
      data[out + channel] = left - (((product >> 8) + product) >> 8);
    }
  }
  return { data, width, height };
}

function cut(image: RgbImage, region: Box | undefined): RgbImage {
  if (!region) return image;
  const { left, top, width, height } = region;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(start, start + width * 3), y * width * 3);
  }
  return { data, width, height };
}
