/** OpenCV's chamfer of 5 × 5 for Euclidean distances, in 16-bit fixed point: a step straight, diagonal, and of a knight. */
const straight = Math.round(65_536);
const diagonal = Math.round(1.4 * 65_536);
const knight = Math.round(2.1969 * 65_536);

/** Distances are in units of 1 / distanceUnits pixels. */
export const distanceUnits = 65_536;

/**
 * Distance of every pixel to the nearest edge, cut off at `farthest` pixels: [height, width].
 * @param edges not 0 on edges
 */
export function distanceTransform(edges: Uint8Array, width: number, height: number, farthest: number): Int32Array {
  const stride = width + 4;
  const limit = farthest * distanceUnits;
  const distance = new Int32Array(stride * (height + 4)).fill(limit);
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = (y + 2) * stride + 2; x < width; x++, at++) {
      if (edges[y * width + x] !== 0) {
        distance[at] = 0;
        continue;
      }
      const up = at - stride;
      const twoUp = up - stride;
      let nearest = limit;
      let way = distance[at - 1] + straight;
      if (way < nearest) nearest = way;
      way = distance[up] + straight;
      if (way < nearest) nearest = way;
      way = distance[up - 1] + diagonal;
      if (way < nearest) nearest = way;
      way = distance[up + 1] + diagonal;
      if (way < nearest) nearest = way;
      way = distance[twoUp - 1] + knight;
      if (way < nearest) nearest = way;
      way = distance[twoUp + 1] + knight;
      if (way < nearest) nearest = way;
      way = distance[up - 2] + knight;
      if (way < nearest) nearest = way;
      way = distance[up + 2] + knight;
      if (way < nearest) nearest = way;
      distance[at] = nearest;
    }
  }
  const result = new Int32Array(width * height);
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1, at = (y + 2) * stride + 2 + x; x >= 0; x--, at--) {
      let nearest = distance[at];
      if (nearest > straight) {
        const down = at + stride;
        const twoDown = down + stride;
        let way = distance[at + 1] + straight;
        if (way < nearest) nearest = way;
        way = distance[down] + straight;
        if (way < nearest) nearest = way;
        way = distance[down - 1] + diagonal;
        if (way < nearest) nearest = way;
        way = distance[down + 1] + diagonal;
        if (way < nearest) nearest = way;
        way = distance[twoDown - 1] + knight;
        if (way < nearest) nearest = way;
        way = distance[twoDown + 1] + knight;
        if (way < nearest) nearest = way;
        way = distance[down - 2] + knight;
        if (way < nearest) nearest = way;
        way = distance[down + 2] + knight;
        if (way < nearest) nearest = way;
        distance[at] = nearest;
      }
      result[y * width + x] = nearest;
    }
  }
  return result;
}
