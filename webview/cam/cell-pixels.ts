import { type ColourMapName, colourTable } from '../../common/panels/cam/picture/colour-maps';
import { enlarge } from '../../common/panels/cam/picture/enlarge';
import { type MapRange, normalizeMap } from '../../common/panels/cam/picture/normalize-map';
import { blend, colourMapPixels } from '../../common/panels/cam/picture/overlay';
import { upsample } from '../../common/panels/cam/picture/upsample';
import { colourScale } from '../shared/colour-scale';
import type { Grid } from './explanation';
import type { Picture } from './picture-store';

/** How maps are drawn over their pictures. */
export interface CellStyle {
  /** [256, 3] */
  table: Uint8Array;
  opacity: number;
  /** What the ends of the table stand for. */
  range: MapRange;
}

const tables = new Map<ColourMapName, Uint8Array>();

/** [256, 3] */
export function tableOf(name: ColourMapName): Uint8Array {
  const table = tables.get(name) ?? colourTable(name);
  tables.set(name, table);
  return table;
}

let differences: Uint8Array | undefined;

/** [256, 3], blue where aux is larger, orange where main is; for pictures, whatever the theme. */
export function differenceTable(): Uint8Array {
  if (differences !== undefined) return differences;
  const { colourAt } = colourScale('difference', '#ffffff');
  differences = Uint8Array.from(
    Array.from({ length: 256 }, (_, level) => colourAt(level / 255))
      .flat()
      .map(Math.round),
  );
  return differences;
}

/** The range of differences, symmetric about none. */
export function symmetricRange(values: readonly ArrayLike<number>[]): MapRange {
  let extent = 0;
  for (const map of values) {
    for (let i = 0; i < map.length; i++) if (Number.isFinite(map[i])) extent = Math.max(extent, Math.abs(map[i]!));
  }
  // No difference at all is the colour in the middle.
  const end = extent === 0 ? 1 : extent;
  return { minimum: -end, maximum: end };
}

/** Small pictures are enlarged by a whole number, so that the map over them is smooth. @param side wanted, in device pixels */
export function enlargementFor(size: number, side: number): number {
  return Math.max(1, Math.ceil(side / size));
}

/** A picture, enlarged. @returns [side, side, 3] */
export function enlargedPicture({ pixels, size }: Picture, factor: number): { pixels: Uint8Array; side: number } {
  return { pixels: factor === 1 ? pixels : enlarge(pixels, size, factor), side: size * factor };
}

/**
 * A map over its picture.
 * @param picture [side, side, 3]
 */
export function overlayPixels(
  { pixels, side }: { pixels: Uint8Array; side: number },
  { values, height, width }: Grid,
  { table, opacity, range }: CellStyle,
): Uint8Array {
  const map = upsample(normalizeMap(values, range), height, width, side, side);
  return blend(pixels, colourMapPixels(map, table), opacity);
}

/** Puts [side, side, 3] pixels on a canvas of that size. */
export function putPixels(canvas: HTMLCanvasElement, pixels: Uint8Array, side: number): void {
  if (canvas.width !== side || canvas.height !== side) {
    canvas.width = side;
    canvas.height = side;
  }
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    image.data[4 * i] = pixels[3 * i]!;
    image.data[4 * i + 1] = pixels[3 * i + 1]!;
    image.data[4 * i + 2] = pixels[3 * i + 2]!;
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}
