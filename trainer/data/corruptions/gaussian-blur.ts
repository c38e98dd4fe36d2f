import type { RgbImage } from '../images/resize';
import { gaussianFilterImage } from './gaussian-filter';

export function gaussianBlur(image: RgbImage, sigma: number): Uint8Array {
  return gaussianFilterImage(image, sigma);
}
