import type { FilterKernels } from './filter-kernels';
import { type FramedPicture, framedArea } from './framed-picture';

/**
 * Edges as OpenCV's `Canny(picture, low, high)` finds them: Sobel derivatives of 3 × 3 with the border repeated, |dx| + |dy|,
 * thinned across the gradient, and weak edges kept where they touch strong ones.
 *
 * @param picture bytes; its frame is overwritten
 * @returns 1 on edges
 */
export function cannyEdges(kernels: FilterKernels, picture: FramedPicture, low: number, high: number): FramedPicture {
  const { at, stride, width, height } = picture;
  kernels.frameBytes(at, stride, width, height, 0);
  const across = framedArea(kernels, width, height, 2);
  const down = framedArea(kernels, width, height, 2);
  const magnitude = framedArea(kernels, width, height, 2);
  const edges = framedArea(kernels, width, height, 1);
  const open = kernels.area(width * height);
  kernels.sobel(at, stride, width, height, across.at, down.at, magnitude.at);
  kernels.ridges(across.at, down.at, magnitude.at, stride, width, height, low, high, edges.at, open);
  return edges;
}
