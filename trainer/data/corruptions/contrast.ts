import type { RgbImage } from '../resize';

/** Levels move towards the mean of their channel: (x − mean)·gain + mean. */
export function contrast(image: RgbImage, gain: number): Uint8Array {
  const { data } = image;
  let redSum = 0;
  let greenSum = 0;
  let blueSum = 0;
  for (let i = 0; i < data.length; i += 3) {
    redSum += data[i];
    greenSum += data[i + 1];
    blueSum += data[i + 2];
  }
  const [red, green, blue] = [redSum, greenSum, blueSum].map((sum) => {
    const mean = sum / (data.length / 3) / 255;
    const table = new Uint8Array(256);
    for (let level = 0; level < 256; level++)
      table[level] = Math.min(1, Math.max(0, (level / 255 - mean) * gain + mean)) * 255;
    return table;
  });
  const output = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    output[i] = red[data[i]];
    output[i + 1] = green[data[i + 1]];
    output[i + 2] = blue[data[i + 2]];
  }
  return output;
}
