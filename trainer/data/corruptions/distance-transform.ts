import type { FilterKernels } from './filter-kernels';
import { type FramedPicture, framedArea } from './framed-picture';

/**
 * Distance of every pixel to the nearest edge, at most `maxDistance` pixels, by OpenCV's chamfer of 5 × 5: int32 in units of
 * 2⁻¹⁶ pixels.
 * @param edges not 0 on edges
 */
export function distanceTransform(kernels: FilterKernels, edges: FramedPicture, maxDistance: number): FramedPicture {
  const { width, height } = edges;
  const distance = framedArea(kernels, width, height, 4);
  kernels.chamfer(edges.at, edges.stride, width, height, distance.at, distance.stride, maxDistance * 2 ** 16);
  return distance;
}
