/** The smallest and the largest value of a map; several maps on one scale share one. */
export interface MapRange {
  minimum: number;
  maximum: number;
}

/** The range of all values of some maps. Values that are not finite are left out; none at all: 0 to 0. */
export function rangeOf(...maps: readonly ArrayLike<number>[]): MapRange {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const map of maps) {
    for (let i = 0; i < map.length; i++) {
      if (!Number.isFinite(map[i])) continue;
      minimum = Math.min(minimum, map[i]);
      maximum = Math.max(maximum, map[i]);
    }
  }
  return minimum <= maximum ? { minimum, maximum } : { minimum: 0, maximum: 0 };
}

/** A map scaled to [0, 1] by its range. A constant map becomes zeros, as does what is no number; outside is clipped. */
export function normalizeMap(map: ArrayLike<number>, { minimum, maximum } = rangeOf(map)): Float32Array {
  const result = new Float32Array(map.length);
  if (maximum > minimum) {
    for (let i = 0; i < map.length; i++) {
      const value = (map[i] - minimum) / (maximum - minimum);
      result[i] = Number.isNaN(value) ? 0 : Math.min(1, Math.max(0, value));
    }
  }
  return result;
}
