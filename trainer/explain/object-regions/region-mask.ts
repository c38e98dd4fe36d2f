import { fitImage } from '../../data/images/resize';
import type { ObjectBoxes } from './object-box';

/**
 * Where the objects lie in the image as the network sees it: the boxes are drawn on a picture of the original size, which is
 * then resized and cropped like the image.
 *
 * @param width and height of the image file; boxes drawn on another size are scaled to it
 * @returns [imageSize, imageSize], 1 inside a box, else 0; undefined where the crop has cut all of them off
 */
export function regionMask(
  { boxes, ...drawnOn }: ObjectBoxes,
  { width, height }: { width: number; height: number },
  imageSize: number,
): Uint8Array | undefined {
  const [across, down] = [width / (drawnOn.width ?? width), height / (drawnOn.height ?? height)];
  const data = new Uint8Array(width * height * 3);
  for (const { left, top, right, bottom } of boxes) {
    const first = Math.round(left * across);
    const end = Math.min(width, Math.round(right * across));
    for (let y = Math.round(top * down); y < Math.min(height, Math.round(bottom * down)); y++) {
      if (end > first) data.fill(255, (y * width + first) * 3, (y * width + end) * 3);
    }
  }
  const fitted = fitImage({ data, width, height }, imageSize, 'validation');
  const mask = Uint8Array.from({ length: imageSize * imageSize }, (_, i) => (fitted[3 * i] >= 128 ? 1 : 0));
  return mask.includes(1) ? mask : undefined;
}
