import { borderIndex } from './padded-image';
import { exponential } from './portable-math';
import type { ShiftedSum } from './tap-groups';

/** Weights below this share of the whole kernel are left out: less than a thousandth of a level in all. */
const negligible = 1e-8;

/**
 * The point spread of a lens out of focus: a disk, made to sum to 1, and then smoothed at its edge by a Gaussian of 3 × 3 (or
 * 5 × 5) inside a square of 17 × 17 (or as large as the disk). What the Gaussian carries beyond the square is reflected as
 * OpenCV does, so that large disks do not quite sum to 1.
 */
export function diskKernel(radius: number, aliasBlur: number): ShiftedSum {
  const reach = radius <= 8 ? 8 : radius;
  const gaussianReach = radius <= 8 ? 1 : 2;
  const side = 2 * reach + 1;
  const disk = new Float64Array(side * side);
  for (let i = 0; i < disk.length; i++) {
    const [x, y] = [(i % side) - reach, Math.floor(i / side) - reach];
    if (x * x + y * y <= radius * radius) disk[i] = 1;
  }
  const area = disk.reduce((sum, value) => sum + value, 0);
  const gaussian = Float64Array.from({ length: 2 * gaussianReach + 1 }, (_, k) =>
    exponential((-0.5 * (k - gaussianReach) ** 2) / (aliasBlur * aliasBlur)),
  );
  const gaussianSum = gaussian.reduce((sum, value) => sum + value, 0);
  const smooth = (source: Float64Array, step: 'x' | 'y') =>
    Float64Array.from(source, (_, i) => {
      const [x, y] = [i % side, Math.floor(i / side)];
      let sum = 0;
      for (let k = -gaussianReach; k <= gaussianReach; k++) {
        const column = step === 'x' ? borderIndex(x + k, side, 'reflect-101') : x;
        const row = step === 'y' ? borderIndex(y + k, side, 'reflect-101') : y;
        sum += (gaussian[k + gaussianReach] / gaussianSum) * source[row * side + column];
      }
      return sum;
    });
  const kernel = smooth(smooth(disk, 'x'), 'y').map((value) => value / area);
  const used = Array.from(kernel.keys()).filter((i) => kernel[i] > negligible);
  return {
    dx: Int32Array.from(used, (i) => (i % side) - reach),
    dy: Int32Array.from(used, (i) => Math.floor(i / side) - reach),
    weights: Float64Array.from(used, (i) => kernel[i]),
  };
}
