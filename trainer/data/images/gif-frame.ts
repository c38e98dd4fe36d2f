import { maxPixels, PixelLimitError } from './pixel-limit';
import type { RgbImage } from './resize';

/** Where the first frame of a GIF lies, and the colour around it. */
export interface GifFrame {
  /** As the file says, or as large as the frame needs. */
  canvas: { width: number; height: number };
  left: number;
  top: number;
  width: number;
  height: number;
  /** RGB of the canvas where the frame doesn't cover it. */
  around: Uint8Array;
  /** Place of the byte whose lowest bit says that one colour is transparent, if there is one. */
  flagsAt: number | undefined;
}

/**
 * The first frame of a GIF file, or undefined where there is none. As in Pillow, the canvas has the transparent colour of the
 * frame's palette, or its first one; the background colour of the file counts nowhere.
 */
export function firstGifFrame(bytes: Buffer): GifFrame | undefined {
  let [paletteAt, colours] = [13, paletteLength(bytes[10])];
  let flagsAt: number | undefined;
  for (let at = 13 + 3 * colours; at + 10 < bytes.length; ) {
    if (bytes[at] === 0x2c) {
      if (bytes[at + 9] & 0x80) [paletteAt, colours] = [at + 10, paletteLength(bytes[at + 9])];
      const index = flagsAt !== undefined && bytes[flagsAt] & 1 ? bytes[flagsAt + 3] : 0;
      const around = new Uint8Array(3);
      if (index < colours) around.set(bytes.subarray(paletteAt + 3 * index, paletteAt + 3 * index + 3));
      const [left, top, width, height] = [1, 3, 5, 7].map((field) => bytes.readUInt16LE(at + field));
      const canvas = {
        width: Math.max(bytes.readUInt16LE(6), left + width),
        height: Math.max(bytes.readUInt16LE(8), top + height),
      };
      return { canvas, left, top, width, height, around, flagsAt };
    }
    if (bytes[at] !== 0x21) return undefined;
    if (bytes[at + 1] === 0xf9) flagsAt = at + 3;
    at += 2;
    while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at];
    at++;
  }
  return undefined;
}

/**
 * The canvas with the first frame on it.
 *
 * @param decoded holds the frame in its place; libnsgif takes other canvases than Pillow: it doesn't believe in large ones nor in
 *   those of a screen's size, and lets later frames widen them
 * @throws an Error where the canvas has more pixels than are read
 */
export function onCanvas(decoded: RgbImage, { canvas, left, top, width, height, around }: GifFrame): RgbImage {
  if (canvas.width * canvas.height > maxPixels) throw new PixelLimitError(canvas.width, canvas.height);
  const isCovered = width === canvas.width && height === canvas.height;
  if (isCovered && decoded.width === width && decoded.height === height) return decoded;
  const data = new Uint8Array(canvas.width * canvas.height * 3);
  for (let at = 0; at < data.length; at += 3) data.set(around, at);
  for (let y = top; y < top + height; y++) {
    const start = (y * decoded.width + left) * 3;
    data.set(decoded.data.subarray(start, start + 3 * width), (y * canvas.width + left) * 3);
  }
  return { data, ...canvas };
}

const paletteLength = (flags: number): number => (flags & 0x80 ? 2 << (flags & 7) : 0);
