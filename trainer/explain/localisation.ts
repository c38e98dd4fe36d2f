import { focusArea, focusThreshold } from '../../common/panels/cam/picture/focus-area';
import { normalizeMap } from '../../common/panels/cam/picture/normalize-map';
import { upsample } from '../../common/panels/cam/picture/upsample';

/** Pixels within this of the largest value count as the maximum: an upsampled map is flat at its edges. */
const tieTolerance = 1e-6;

/** A class's map on one image. */
export interface ActivationGrid {
  /** [height, width], rows from the top. */
  values: ArrayLike<number>;
  height: number;
  width: number;
}

/** How much of an image a map picks out. */
export interface Focus {
  /** Share of the image's pixels that are in focus, 0 to 1. */
  area: number;
  /** Number of connected pieces of the focus; pixels that touch along a side are connected. */
  regions: number;
}

/** How well a map finds an object. */
export interface Localisation extends Focus {
  /** 1 where the maximum lies on the object, else 0 (Zhang et al. 2018, no tolerance); a share where the maximum is a plateau. */
  pointing: number;
  /** Share of the map's sum that lies on the object, 0 to 1 (energy-based pointing game, Wang et al. 2020). */
  energy: number;
}

/**
 * Measures of a map, upsampled to the image and scaled to [0, 1].
 *
 * @param size height and width of the image
 * @returns undefined for a constant map, which points nowhere
 */
export function focusOf(grid: ActivationGrid, size: number): Focus | undefined {
  const map = mapOf(grid, size);
  return map && focusOfMap(map, size);
}

/**
 * How well a map finds an object.
 *
 * @param region [size, size], 1 on the object, else 0
 * @returns undefined for a constant map, which points nowhere
 */
export function localise(grid: ActivationGrid, region: ArrayLike<number>, size: number): Localisation | undefined {
  const map = mapOf(grid, size);
  if (!map) return undefined;
  let [sum, inside, maxima, maximaInside, max] = [0, 0, 0, 0, 0];
  for (const value of map) max = Math.max(max, value);
  for (let i = 0; i < map.length; i++) {
    sum += map[i];
    inside += map[i] * region[i];
    if (map[i] < max - tieTolerance) continue;
    maxima++;
    maximaInside += region[i];
  }
  return { pointing: maximaInside / maxima, energy: inside / sum, ...focusOfMap(map, size) };
}

/** [size, size] in [0, 1]. */
function mapOf({ values, height, width }: ActivationGrid, size: number): Float32Array | undefined {
  const normalized = normalizeMap(values);
  if (normalized.every((value) => value === 0)) return undefined;
  return upsample(normalized, height, width, size, size);
}

function focusOfMap(map: Float32Array, size: number): Focus {
  const inFocus = map.map((value) => (value >= focusThreshold ? 1 : 0));
  return { area: focusArea(map), regions: countPieces(inFocus, size) };
}

/** Number of pieces of a [size, size] mask, connected along sides. @param mask is emptied */
function countPieces(mask: Float32Array, size: number): number {
  let pieces = 0;
  const open: number[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0) continue;
    pieces++;
    open.push(start);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (mask[at] === 0) continue;
      mask[at] = 0;
      const x = at % size;
      if (x > 0) open.push(at - 1);
      if (x < size - 1) open.push(at + 1);
      if (at >= size) open.push(at - size);
      if (at + size < mask.length) open.push(at + size);
    }
  }
  return pieces;
}
