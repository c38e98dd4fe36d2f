import type { RgbImage } from '../resize';
import { boxResize } from './box-resize';

/** Down to `scale` of the size and up again, both by boxes. */
export function pixelate(image: RgbImage, scale: number): Uint8Array {
  const { width, height } = image;
  const small = boxResize(image, Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale)));
  const { data } = boxResize(small, width, height);
  return data === image.data ? data.slice() : data;
}
