import { maxPixels, PixelLimitError } from './pixel-limit';
import type { RgbImage } from './resize';

/** Where three colours lie in a pixel of 16 or 32 bits. */
type Masks = readonly [red: number, green: number, blue: number];

const compressions: Readonly<Record<number, string>> = {
  1: 'run lengths (RLE8)',
  2: 'run lengths (RLE4)',
  4: 'a JPEG inside',
  5: 'a PNG inside',
};
const rgb555: Masks = [0x7c00, 0x03e0, 0x001f];
const rgb565: Masks = [0xf800, 0x07e0, 0x001f];

/**
 * Decodes a BMP file: palettes of 1, 4 and 8 bits, 16 bits (5-5-5 or 5-6-5), 24 and 32 bits, rows from the bottom or the top.
 * A fourth channel is dropped. sharp's libvips cannot, and Pillow's reading is what is followed.
 *
 * @throws an Error that says what is wrong with the file, without its name; nothing is allocated before the file is known to be
 *   long enough
 */
export function decodeBmp(bytes: Buffer): RgbImage {
  const { width, height, isTopDown, bits, masks, palette, pixelsAt } = readHeader(bytes);
  if (width * height > maxPixels) throw new PixelLimitError(width, height);
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  // The padding of the last row may be missing.
  if (bytes.length < pixelsAt + rowBytes * (height - 1) + Math.ceil((width * bits) / 8))
    throw new Error('is damaged or cut off: it ends before its pixels do');
  const data = new Uint8Array(width * height * 3);
  const levels = masks?.map(levelsOf);
  for (let y = 0, out = 0; y < height; y++) {
    const row = pixelsAt + rowBytes * (isTopDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++, out += 3) {
      if (palette) {
        const index = (bytes[row + ((x * bits) >> 3)] >> (8 - bits - ((x * bits) & 7))) & ((1 << bits) - 1);
        for (let channel = 0; channel < 3; channel++) data[out + channel] = palette[3 * index + channel];
      } else if (levels) {
        const pixel = bits === 16 ? bytes.readUInt16LE(row + 2 * x) : bytes.readUInt32LE(row + 4 * x);
        for (let channel = 0; channel < 3; channel++) data[out + channel] = levels[channel](pixel);
      } else {
        const at = row + (bits / 8) * x;
        data[out] = bytes[at + 2];
        data[out + 1] = bytes[at + 1];
        data[out + 2] = bytes[at];
      }
    }
  }
  return { data, width, height };
}

interface BmpHeader {
  width: number;
  height: number;
  isTopDown: boolean;
  bits: number;
  /** Absent where pixels are stored as bytes of blue, green and red. */
  masks: Masks | undefined;
  /** [2 ** bits, 3], RGB; black where the file has no colour. */
  palette: Uint8Array | undefined;
  pixelsAt: number;
}

function readHeader(bytes: Buffer): BmpHeader {
  const length = bytes.readUInt32LE(14);
  if (bytes.length < 14 + length) throw new Error('is damaged or cut off: it ends in its header');
  // The oldest header, of OS/2.
  const isCore = length === 12;
  const width = isCore ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const signedHeight = isCore ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw new Error(`is damaged: it claims ${width} × ${signedHeight} pixels`);
  const bits = bytes.readUInt16LE(isCore ? 24 : 28);
  const compression = isCore ? 0 : bytes.readUInt32LE(30);
  const hasMasks = compression === 3 && (bits === 16 || bits === 32);
  if (![1, 4, 8, 16, 24, 32].includes(bits) || (compression !== 0 && !hasMasks)) {
    const kind = compressions[compression] ?? `${bits} bits a pixel and compression ${compression}`;
    throw new Error(`is a BMP with ${kind}, which is not read: convert it to PNG`);
  }
  const pixelsAt = bytes.readUInt32LE(10);
  const shared = { width, height, isTopDown: signedHeight < 0, bits, pixelsAt };
  if (bits <= 8) {
    const colours = (isCore ? 0 : bytes.readUInt32LE(46)) || 1 << bits;
    return { ...shared, masks: undefined, palette: readPalette(bytes, 14 + length, isCore ? 3 : 4, bits, colours) };
  }
  return { ...shared, masks: hasMasks ? readMasks(bytes, bits) : bits === 16 ? rgb555 : undefined, palette: undefined };
}

function readPalette(bytes: Buffer, start: number, entry: number, bits: number, colours: number): Uint8Array {
  const palette = new Uint8Array(3 << bits);
  for (let i = 0; i < Math.min(colours, 1 << bits); i++) {
    const at = start + entry * i;
    if (at + 3 > bytes.length) throw new Error('is damaged or cut off: it ends in its palette');
    palette.set([bytes[at + 2], bytes[at + 1], bytes[at]], 3 * i);
  }
  return palette;
}

/** They stand after the first 40 bytes of every header that has them. */
function readMasks(bytes: Buffer, bits: number): Masks | undefined {
  if (bytes.length < 66) throw new Error('is damaged or cut off: it ends in its header');
  const masks: Masks = [bytes.readUInt32LE(54), bytes.readUInt32LE(58), bytes.readUInt32LE(62)];
  const isOneOf = (all: readonly Masks[]) => all.some((each) => each.every((mask, i) => mask === masks[i]));
  if (bits === 32 && masks.every((mask) => mask === 0)) return undefined;
  if (bits === 16 ? isOneOf([rgb555, rgb565]) : masks.every(isByte)) return masks;
  const shown = masks.map((mask) => `0x${mask.toString(16)}`).join(', ');
  throw new Error(`is a BMP with the colour masks ${shown}, which are not read: convert it to PNG`);
}

const isByte = (mask: number): boolean => [0, 8, 16, 24].some((shift) => mask === 0xff * 2 ** shift);

/** From a pixel to the grey level of a channel: its bits stretched to 0 to 255. */
function levelsOf(mask: number): (pixel: number) => number {
  const unit = mask & -mask;
  const shift = 31 - Math.clz32(unit);
  const largest = mask >>> shift;
  return (pixel) => Math.floor((((pixel >>> shift) & largest) * 255) / largest);
}
