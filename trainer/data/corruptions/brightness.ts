import type { RgbImage } from '../images/resize';
import { changeHsv } from './hsv';

export function brightness(image: RgbImage, valueOffset: number): Uint8Array {
  return changeHsv(image, { valueOffset, saturationGain: 1, saturationOffset: 0 });
}
