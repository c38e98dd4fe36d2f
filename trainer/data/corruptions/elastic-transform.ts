import type { RgbImage } from '../images/resize';
import { gaussianFilterField } from './gaussian-filter';
import { borderIndex } from './padded-image';
import type { RandomDraws } from './random-draws';
import type { CorruptionParameters } from './strengths';
import { roundingBias } from './to-levels';

/** Draws of an elastic transform: shifts of three points (x, y) in pixels, and two fields in [−1, 1), [height, width]. */
export interface ElasticDraws {
  pointShifts: Float64Array;
  across: Float32Array;
  down: Float32Array;
}

/** A small random affine map, and then a smooth random displacement of every pixel. */
export function elasticTransform(
  image: RgbImage,
  parameters: CorruptionParameters['elastic_transform'],
  draws: RandomDraws,
): Uint8Array {
  const { width, height } = image;
  const affine = parameters[2];
  const words = new Int32Array(width * height);
  const field = () => {
    draws.fillWords(words);
    const values = new Float32Array(words.length);
    for (let i = 0; i < words.length; i++) values[i] = words[i] / 2_147_483_648;
    return values;
  };
  const pointShifts = Float64Array.from({ length: 6 }, () => draws.between(-affine, affine));
  return elasticTransformOf(image, parameters, { pointShifts, across: field(), down: field() });
}

/** The same with given draws. */
export function elasticTransformOf(
  image: RgbImage,
  [alpha, sigma]: CorruptionParameters['elastic_transform'],
  { pointShifts, across, down }: ElasticDraws,
): Uint8Array {
  const { width, height } = image;
  const warped = affineWarp(image, pointShifts);
  const smooth = (field: Float32Array) =>
    gaussianFilterField(field, width, height, sigma, { border: 'reflect', truncate: 3 });
  const [dx, dy] = alpha === 0 ? [across.fill(0), down.fill(0)] : [smooth(across), smooth(down)];
  return displace(warped, width, height, dx, dy, alpha);
}

/** Moves three points of the image by the shifts, and all else with them: bilinear, border reflected. Levels, not cut off. */
function affineWarp(image: RgbImage, shifts: Float64Array): Float32Array {
  const { data, width, height } = image;
  const [centreX, centreY] = [Math.floor(width / 2), Math.floor(height / 2)];
  const reach = Math.floor(Math.min(width, height) / 3);
  const [x0, y0] = [centreX + reach, centreY + reach];
  const [x1, y1] = [centreX + reach, centreY - reach];
  const [x2, y2] = [centreX - reach, centreY - reach];
  // The inverse map takes the moved points back: solved by Cramer's rule relative to the second point.
  const moved = [x0 + shifts[0], y0 + shifts[1], x1 + shifts[2], y1 + shifts[3], x2 + shifts[4], y2 + shifts[5]];
  const [ax, ay] = [moved[0] - moved[2], moved[1] - moved[3]];
  const [bx, by] = [moved[4] - moved[2], moved[5] - moved[3]];
  const determinant = ax * by - ay * bx;
  const [px, py, qx, qy] = [x0 - x1, y0 - y1, x2 - x1, y2 - y1];
  const xx = determinant === 0 ? 1 : (px * by - qx * ay) / determinant;
  const xy = determinant === 0 ? 0 : (qx * ax - px * bx) / determinant;
  const yx = determinant === 0 ? 0 : (py * by - qy * ay) / determinant;
  const yy = determinant === 0 ? 1 : (qy * ax - py * bx) / determinant;
  const output = new Float32Array(data.length);
  let i = 0;
  for (let y = 0; y < height; y++) {
    let sourceX = x1 - xx * moved[2] + xy * (y - moved[3]);
    let sourceY = y1 - yx * moved[2] + yy * (y - moved[3]);
    for (let x = 0; x < width; x++, sourceX += xx, sourceY += yx, i += 3) {
      const left = Math.floor(sourceX);
      const top = Math.floor(sourceY);
      const fractionX = sourceX - left;
      const fractionY = sourceY - top;
      let upper = top * width;
      let lower = upper + width;
      let near = left;
      let far = left + 1;
      if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
        upper = borderIndex(top, height, 'reflect-101') * width;
        lower = borderIndex(top + 1, height, 'reflect-101') * width;
        near = borderIndex(left, width, 'reflect-101');
        far = borderIndex(left + 1, width, 'reflect-101');
      }
      const a = (upper + near) * 3;
      const b = (upper + far) * 3;
      const c = (lower + near) * 3;
      const d = (lower + far) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const first = data[a + channel] + fractionX * (data[b + channel] - data[a + channel]);
        const second = data[c + channel] + fractionX * (data[d + channel] - data[c + channel]);
        output[i + channel] = first + fractionY * (second - first);
      }
    }
  }
  return output;
}

/** Reads every pixel `alpha` times its displacement away: bilinear, border reflected. A loop shared with `affineWarp` is a third slower. */
function displace(
  data: Float32Array,
  width: number,
  height: number,
  dx: Float32Array,
  dy: Float32Array,
  alpha: number,
): Uint8Array {
  const output = new Uint8Array(data.length);
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      const sourceX = x + alpha * dx[pixel];
      const sourceY = y + alpha * dy[pixel];
      const left = Math.floor(sourceX);
      const top = Math.floor(sourceY);
      const fractionX = sourceX - left;
      const fractionY = sourceY - top;
      let upper = top * width;
      let lower = upper + width;
      let near = left;
      let far = left + 1;
      if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
        upper = borderIndex(top, height, 'reflect') * width;
        lower = borderIndex(top + 1, height, 'reflect') * width;
        near = borderIndex(left, width, 'reflect');
        far = borderIndex(left + 1, width, 'reflect');
      }
      const a = (upper + near) * 3;
      const b = (upper + far) * 3;
      const c = (lower + near) * 3;
      const d = (lower + far) * 3;
      const i = pixel * 3;
      for (let channel = 0; channel < 3; channel++) {
        const first = data[a + channel] + fractionX * (data[b + channel] - data[a + channel]);
        const second = data[c + channel] + fractionX * (data[d + channel] - data[c + channel]);
        output[i + channel] = first + fractionY * (second - first) + roundingBias;
      }
    }
  }
  return output;
}
