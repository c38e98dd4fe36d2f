import type { RgbImage } from '../images/resize';
import { boxResizes } from './box-resize';

/** Down to `scale` of the size and up again, both by boxes. */
export function pixelate(image: RgbImage, scale: number): Uint8Array {
  const { width, height } = image;
  const small = [width, height].map((size) => Math.max(1, Math.floor(size * scale)));
  return boxResizes(image, [
    [small[0], small[1]],
    [width, height],
  ]);
}
