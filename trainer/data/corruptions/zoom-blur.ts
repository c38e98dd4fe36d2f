import type { RgbImage } from '../images/resize';
import { addClippedZoom } from './clipped-zoom';
import type { CorruptionParameters } from './strengths';
import { roundingBias } from './to-levels';

/** The mean of the image and its zooms. */
export function zoomBlur(image: RgbImage, [end, step]: CorruptionParameters['zoom_blur']): Uint8Array {
  const { data, width, height } = image;
  const factors = zoomFactors(end, step);
  // The image itself, and the first zoom, which is by 1.
  const total = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) total[i] = 2 * data[i];
  for (const factor of factors.slice(1)) addClippedZoom(data, width, height, 3, factor, total);
  const divisor = factors.length + 1;
  const output = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) output[i] = Math.min(255, total[i] / divisor + roundingBias);
  return output;
}

/** NumPy's `arange(1, end, step)`, whose last value is sometimes the end itself, by rounding. */
function zoomFactors(end: number, step: number): number[] {
  const increment = 1 + step - 1;
  return Array.from({ length: Math.ceil((end - 1) / step) }, (_, i) => 1 + i * increment);
}
