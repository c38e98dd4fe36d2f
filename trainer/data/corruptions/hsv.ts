import type { RgbImage } from '../images/resize';

/** V becomes clip(V + valueOffset), S becomes clip(S·gain + saturationOffset); all in [0, 1]. */
export interface HsvChange {
  valueOffset: number;
  saturationGain: number;
  saturationOffset: number;
}

/**
 * Changes an image in HSV and comes back, in the order of scikit-image's operations: a level that lands on a whole number is
 * cut off as there.
 */
export function changeHsv(image: RgbImage, change: HsvChange): Uint8Array {
  const { data } = image;
  const { saturationGain, saturationOffset } = change;
  const levels = Float64Array.from({ length: 256 }, (_, level) => level / 255);
  const values = levels.map((level) => Math.min(1, level + change.valueOffset));
  const output = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const redByte = data[i];
    const greenByte = data[i + 1];
    const blueByte = data[i + 2];
    const top = Math.max(redByte, greenByte, blueByte);
    const bottom = Math.min(redByte, greenByte, blueByte);
    const value = values[top];
    let hue = 0;
    let saturation = 0;
    if (top > bottom) {
      const red = levels[redByte];
      const green = levels[greenByte];
      const blue = levels[blueByte];
      const spread = levels[top] - levels[bottom];
      saturation = spread / levels[top];
      if (blueByte === top) hue = (4 + (red - green) / spread) / 6;
      else if (greenByte === top) hue = (2 + (blue - red) / spread) / 6;
      else hue = (green - blue) / spread / 6;
      if (hue < 0) hue += 1;
    }
    saturation = saturation * saturationGain + saturationOffset;
    saturation = saturation > 1 ? 1 : saturation;
    const sixth = hue * 6;
    const sector = Math.floor(sixth);
    const rest = sixth - sector;
    const highest = value * 255;
    const lowest = value * (1 - saturation) * 255;
    const falling = value * (1 - rest * saturation) * 255;
    const rising = value * (1 - (1 - rest) * saturation) * 255;
    if (sector === 0 || sector === 6) {
      output[i] = highest;
      output[i + 1] = rising;
      output[i + 2] = lowest;
    } else if (sector === 1) {
      output[i] = falling;
      output[i + 1] = highest;
      output[i + 2] = lowest;
    } else if (sector === 2) {
      output[i] = lowest;
      output[i + 1] = highest;
      output[i + 2] = rising;
    } else if (sector === 3) {
      output[i] = lowest;
      output[i + 1] = falling;
      output[i + 2] = highest;
    } else if (sector === 4) {
      output[i] = rising;
      output[i + 1] = lowest;
      output[i + 2] = highest;
    } else {
      output[i] = highest;
      output[i + 1] = lowest;
      output[i + 2] = falling;
    }
  }
  return output;
}
