import type { RgbImage } from '../images/resize';
import { changeHsv } from './hsv';
import type { CorruptionParameters } from './strengths';

export function saturate(
  image: RgbImage,
  [saturationGain, saturationOffset]: CorruptionParameters['saturate'],
): Uint8Array {
  return changeHsv(image, { valueOffset: 0, saturationGain, saturationOffset });
}
