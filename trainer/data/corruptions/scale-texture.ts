import type { RgbImage } from '../images/resize';

/** Scaled pictures by their sources: an image folder needs each thousands of times. */
const scaled = new WeakMap<RgbImage, Map<number, RgbImage>>();

/** A texture `scale` times as large, bilinear without antialiasing as OpenCV's `resize`. */
export function scaleTexture(texture: RgbImage, scale: number): RgbImage {
  if (scale === 1) return texture;
  const known = scaled.get(texture) ?? new Map<number, RgbImage>();
  scaled.set(texture, known);
  const result = known.get(scale) ?? resized(texture, scale);
  known.set(scale, result);
  return result;
}

function resized({ data, width, height }: RgbImage, scale: number): RgbImage {
  const [newWidth, newHeight] = [Math.ceil(width * scale), Math.ceil(height * scale)];
  const output = new Uint8Array(newWidth * newHeight * 3);
  const place = (i: number, size: number) => Math.max(0, Math.min(size - 1, (i + 0.5) / scale - 0.5));
  for (let y = 0, i = 0; y < newHeight; y++) {
    const sourceY = place(y, height);
    const top = Math.min(height - 1, Math.floor(sourceY));
    const fractionY = sourceY - top;
    const upper = top * width;
    const lower = Math.min(height - 1, top + 1) * width;
    for (let x = 0; x < newWidth; x++) {
      const sourceX = place(x, width);
      const left = Math.min(width - 1, Math.floor(sourceX));
      const right = Math.min(width - 1, left + 1);
      const fractionX = sourceX - left;
      for (let channel = 0; channel < 3; channel++, i++) {
        const first =
          data[(upper + left) * 3 + channel] * (1 - fractionX) + data[(upper + right) * 3 + channel] * fractionX;
        const second =
          data[(lower + left) * 3 + channel] * (1 - fractionX) + data[(lower + right) * 3 + channel] * fractionX;
        output[i] = first * (1 - fractionY) + second * fractionY + 0.5;
      }
    }
  }
  return { data: output, width: newWidth, height: newHeight };
}
