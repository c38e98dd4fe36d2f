import type { FilterKernels } from './filter-kernels';
import { type FramedPicture, framedArea } from './framed-picture';

/** Distances are in units of 1 / distanceUnits pixels. */
const distanceUnits = 65_536;

/**
 * Distance of every pixel to the nearest edge, cut off at `farthest` pixels, by OpenCV's chamfer of 5 × 5: int32, 16 bits of
 * them behind the point.
 * @param edges not 0 on edges
 */
export function distanceTransform(kernels: FilterKernels, edges: FramedPicture, farthest: number): FramedPicture {
  const { width, height } = edges;
  const distance = framedArea(kernels, width, height, 4);
  kernels.chamfer(edges.at, edges.stride, width, height, distance.at, distance.stride, farthest * distanceUnits);
  return distance;
}
