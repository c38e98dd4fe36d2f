import { cosineOfDegrees, exponential, sineOfDegrees } from './portable-math';
import type { ShiftedSum } from './tap-groups';

/**
 * The kernel of ImageMagick's motion blur: half a Gaussian over 2·radius + 1 pixels in one direction, whose pixels are taken
 * whole, without interpolation.
 * @param angle in degrees, clockwise from the right
 */
export function motionKernel(radius: number, sigma: number, angle: number): ShiftedSum {
  const width = 2 * radius + 1;
  const weights = Float64Array.from({ length: width }, (_, i) => exponential((-0.5 * i * i) / (sigma * sigma)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const [along, down] = [cosineOfDegrees(angle), sineOfDegrees(angle)];
  return {
    dx: Int32Array.from({ length: width }, (_, i) => Math.ceil(i * along - 0.5)),
    dy: Int32Array.from({ length: width }, (_, i) => Math.ceil(i * down - 0.5)),
    weights: weights.map((weight) => weight / sum),
  };
}
