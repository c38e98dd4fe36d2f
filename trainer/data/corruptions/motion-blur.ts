import type { RgbImage } from '../images/resize';
import { motionKernel } from './motion-kernel';
import type { RandomDraws } from './random-draws';
import { filterShifted } from './shifted-sum-filter';
import type { CorruptionParameters } from './strengths';

/** ImageMagick's motion blur in a random direction, whose levels are cut off. */
export function motionBlur(
  image: RgbImage,
  parameters: CorruptionParameters['motion_blur'],
  draws: RandomDraws,
): Uint8Array {
  return motionBlurAt(image, parameters, draws.between(-45, 45));
}

/** The same in a given direction, in degrees. */
export function motionBlurAt(
  image: RgbImage,
  [radius, sigma]: CorruptionParameters['motion_blur'],
  angle: number,
): Uint8Array {
  return filterShifted({ ...image, channels: 3 }, motionKernel(radius, sigma, angle));
}
