/** A pixel is in focus from this normalised value on. */
export const focusThreshold = 0.5;

/** Share of a map's pixels that are in focus, 0 to 1. @param map values in [0, 1], upsampled to the image */
export function focusArea(map: ArrayLike<number>): number {
  let pixels = 0;
  for (let i = 0; i < map.length; i++) if (map[i] >= focusThreshold) pixels++;
  return pixels / map.length;
}
