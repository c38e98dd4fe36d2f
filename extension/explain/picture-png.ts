import type { PNG, PNGOptions } from 'pngjs';

/** Pictures of a run are no larger: a damaged file must not fill the memory. */
const maxSide = 1024;

/** Where a PNG file says its width and height, each four bytes, and whether it is interlaced. */
const [widthAt, heightAt, interlacedAt] = [16, 20, 28];

/** Imported late: the extension starts without it. */
const library = async (): Promise<typeof PNG> => (await import('pngjs')).PNG;

/**
 * The pixels of a picture.
 * @param base64 a PNG
 * @returns [size, size, 3], RGB; undefined where it is no PNG of that size
 */
export async function decodePicture(base64: string, size: number): Promise<Uint8Array | undefined> {
  const png = Buffer.from(base64, 'base64');
  const isSound =
    png.length > interlacedAt &&
    size <= maxSide &&
    png.readUInt32BE(widthAt) === size &&
    png.readUInt32BE(heightAt) === size &&
    // The library bounds what it unpacks of others alone.
    png[interlacedAt] === 0;
  if (!isSound) return undefined;
  const { sync } = await library();
  try {
    const { data } = sync.read(png);
    const pixels = new Uint8Array(size * size * 3);
    for (let from = 0, to = 0; to < pixels.length; from += 4, to += 3) {
      for (let channel = 0; channel < 3; channel++) pixels[to + channel] = data[from + channel];
    }
    return pixels;
  } catch {
    return undefined;
  }
}

/** @param pixels [side, side, 3], RGB; @returns a PNG in base64 */
export async function encodePicture(pixels: Uint8Array, side: number): Promise<string> {
  const Png = await library();
  const rgb: PNGOptions = { colorType: 2, inputColorType: 2, inputHasAlpha: false };
  const png = new Png({ width: side, height: side });
  png.data = Buffer.from(pixels);
  return Png.sync.write(png, rgb).toString('base64');
}
