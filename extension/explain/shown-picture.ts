import { enlarge } from '../../common/panels/cam/picture/enlarge';
import { upsample } from '../../common/panels/cam/picture/upsample';

/** Square pixels: [side, side, 3], RGB. */
export interface SquarePixels {
  pixels: Uint8Array;
  side: number;
}

/**
 * A picture of at most `maxSide` pixels a side: a smaller one enlarged by a whole number, so that the map over it is smooth, a
 * larger one reduced by averaging.
 */
export function shownPicture({ pixels, side }: SquarePixels, maxSide: number): SquarePixels {
  if (side <= maxSide) {
    const factor = Math.floor(maxSide / side);
    return { pixels: factor === 1 ? pixels : enlarge(pixels, side, factor), side: side * factor };
  }
  let shown = { pixels, side };
  // Never by more than half at once: bilinear weights then leave no pixel out.
  while (shown.side > maxSide) shown = reduced(shown, Math.max(maxSide, Math.ceil(shown.side / 2)));
  return shown;
}

function reduced({ pixels, side }: SquarePixels, to: number): SquarePixels {
  const result = new Uint8Array(to * to * 3);
  const plane = new Uint8Array(side * side);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane.length; i++) plane[i] = pixels[3 * i + channel];
    const levels = upsample(plane, side, side, to, to);
    for (let i = 0; i < levels.length; i++) result[3 * i + channel] = Math.round(levels[i]);
  }
  return { pixels: result, side: to };
}
