import { normalizeMap } from '../../common/panels/cam/picture/normalize-map';
import { taps } from '../../common/panels/cam/picture/upsample';
import type { CellStyle } from './cell-pixels';
import type { Grid } from './explanation';
import type { Picture } from './picture-store';

/** Reused from call to call while the size stays. */
let scratch: { image: ImageData; words: Uint32Array } | undefined;

const opaque = 0xff00_0000;

/**
 * A map over its picture, enlarged, in one pass over the pixels: to the last bit what `enlarge`, `upsample`, `colourMapPixels`
 * and `blend` give one after the other, at a fraction of the cost.
 * @param words receives [side, side] pixels, side the picture's size times `factor`: red in the lowest byte, then green and
 * blue, opaque
 * @param factor of the enlargement, a whole number
 */
export function fillOverlay(
  words: Uint32Array,
  { pixels, size }: Picture,
  factor: number,
  grid: Grid,
  { table, opacity, range }: CellStyle,
): void {
  const side = size * factor;
  const map = normalizeMap(grid.values, range);
  const { height, width } = grid;
  const rows = taps(height, side);
  const columns = taps(width, side);
  const colours = Float64Array.from(table, (level) => opacity * level);
  const levels = Float64Array.from({ length: 256 }, (_, level) => (1 - opacity) * level);
  let at = 0;
  for (let y = 0; y < side; y++) {
    const upper = rows.first[y]! * width;
    const lower = rows.second[y]! * width;
    const down = rows.share[y]!;
    let from = Math.floor(y / factor) * size * 3;
    let left = factor;
    for (let x = 0; x < side; x++) {
      const near = columns.first[x]!;
      const far = columns.second[x]!;
      const across = columns.share[x]!;
      const above = map[upper + near]! + (map[upper + far]! - map[upper + near]!) * across;
      const below = map[lower + near]! + (map[lower + far]! - map[lower + near]!) * across;
      // Rounded where the map would have been stored, then down to a level, as in `upsample` and `colourMapPixels`.
      const level = Math.floor(255 * Math.fround(above + (below - above) * down)) * 3;
      const red = Math.round(colours[level]! + levels[pixels[from]!]!);
      const green = Math.round(colours[level + 1]! + levels[pixels[from + 1]!]!);
      const blue = Math.round(colours[level + 2]! + levels[pixels[from + 2]!]!);
      words[at++] = opaque | (blue << 16) | (green << 8) | red;
      if (--left === 0) {
        left = factor;
        from += 3;
      }
    }
  }
}

/** A picture alone, enlarged. @param words and factor as for `fillOverlay` */
export function fillPicture(words: Uint32Array, { pixels, size }: Picture, factor: number): void {
  const side = size * factor;
  for (let y = 0; y < side; y++) {
    if (y % factor !== 0) {
      words.copyWithin(y * side, (y - 1) * side, y * side);
      continue;
    }
    let from = (y / factor) * size * 3;
    for (let x = 0; x < size; x++, from += 3) {
      const word = opaque | (pixels[from + 2]! << 16) | (pixels[from + 1]! << 8) | pixels[from]!;
      words.fill(word, y * side + x * factor, y * side + (x + 1) * factor);
    }
  }
}

/** Puts [side, side] pixels on a canvas, which gets that size. @param fill writes all of them */
export function putFilled(canvas: HTMLCanvasElement, side: number, fill: (words: Uint32Array) => void): void {
  if (scratch?.image.width !== side) {
    const image = new ImageData(side, side);
    scratch = { image, words: new Uint32Array(image.data.buffer) };
  }
  fill(scratch.words);
  if (canvas.width !== side) canvas.width = side;
  if (canvas.height !== side) canvas.height = side;
  canvas.getContext('2d', { alpha: false })!.putImageData(scratch.image, 0, 0);
}
