import type { RgbImage } from '../resize';
import { cannyEdges } from './canny-edges';
import { distanceTransform, distanceUnits } from './distance-transform';
import { gaussianFilterField, roundingBias } from './gaussian-filter';
import { borderIndex } from './padded-image';
import type { RandomDraws } from './random-draws';
import type { CorruptionParameters } from './strengths';

/** RGB of the drops: pale turquoise, and brown. */
const water = [175, 238, 238] as const;
const mud = [63, 42, 20] as const;

/** Drops of water with bright rims, or splashes of mud. */
export function spatter(image: RgbImage, parameters: CorruptionParameters['spatter'], draws: RandomDraws): Uint8Array {
  const normals = new Float32Array(image.width * image.height);
  draws.fillNormals(normals);
  return spatterOf(image, parameters, normals);
}

/** The same with given draws, [height, width]; which are overwritten. */
export function spatterOf(
  image: RgbImage,
  [mean, deviation, sigma, threshold, intensity, kind]: CorruptionParameters['spatter'],
  normals: Float32Array,
): Uint8Array {
  const { width, height } = image;
  for (let i = 0; i < normals.length; i++) normals[i] = mean + deviation * normals[i];
  const liquid = gaussianFilterField(normals, width, height, sigma, { border: 'nearest', truncate: 4 });
  if (kind === 'mud') return muddy(image, liquid, threshold, intensity);
  const drops = new Uint8Array(liquid.length);
  // Above 1 the original's bytes start again from 0.
  for (let i = 0; i < drops.length; i++) if (liquid[i] >= threshold) drops[i] = liquid[i] * 255;
  return wet(image, drops, intensity);
}

function muddy(image: RgbImage, liquid: Float32Array, threshold: number, sigma: number): Uint8Array {
  const { data, width, height } = image;
  for (let i = 0; i < liquid.length; i++) liquid[i] = liquid[i] > threshold ? 1 : 0;
  const cover = gaussianFilterField(liquid, width, height, sigma, { border: 'nearest', truncate: 4 });
  const output = new Uint8Array(data.length);
  for (let pixel = 0, i = 0; pixel < cover.length; pixel++, i += 3) {
    const share = cover[pixel] < 0.8 ? 0 : cover[pixel];
    for (let channel = 0; channel < 3; channel++) {
      const level = data[i + channel];
      output[i + channel] = level + share * (mud[channel] - level);
    }
  }
  return output;
}

/** Thickness of the drops, relief of their rims, and light. */
function wet(image: RgbImage, drops: Uint8Array, intensity: number): Uint8Array {
  const { data, width, height } = image;
  const distance = distanceTransform(cannyEdges(drops, width, height, 50, 150), width, height, 20);
  const depths = equalized(boxMean(distance, width, height, 1 / distanceUnits, 0));
  const rims = boxMean(embossed(depths, width, height), width, height, 1, 0.5);
  let highest = 0;
  for (let i = 0; i < rims.length; i++) highest = Math.max(highest, rims[i] * drops[i]);
  if (highest === 0) return data.slice();
  const output = new Uint8Array(data.length);
  const scale = intensity / highest;
  for (let pixel = 0, i = 0; pixel < rims.length; pixel++, i += 3) {
    const light = rims[pixel] * drops[pixel] * scale;
    output[i] = Math.min(255, data[i] + light * water[0] + roundingBias);
    output[i + 1] = Math.min(255, data[i + 1] + light * water[1] + roundingBias);
    output[i + 2] = Math.min(255, data[i + 2] + light * water[2] + roundingBias);
  }
  return output;
}

/** Mean of 3 × 3 pixels, border reflected, times `scale`, plus `bias`, cut off. */
function boxMean(
  picture: Int32Array | Uint8Array,
  width: number,
  height: number,
  scale: number,
  bias: number,
): Uint8Array {
  const across = new Int32Array(picture.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 1; x < width - 1; x++)
      across[row + x] = picture[row + x - 1] + picture[row + x] + picture[row + x + 1];
    for (const x of [0, width - 1])
      across[row + x] =
        picture[row + borderIndex(x - 1, width, 'reflect-101')] +
        picture[row + x] +
        picture[row + borderIndex(x + 1, width, 'reflect-101')];
  }
  const output = new Uint8Array(picture.length);
  const factor = scale / 9;
  // A whole mean must not be cut off below itself.
  const safeBias = bias + 1e-9;
  for (let y = 0; y < height; y++) {
    const above = borderIndex(y - 1, height, 'reflect-101') * width;
    const below = borderIndex(y + 1, height, 'reflect-101') * width;
    const row = y * width;
    for (let x = 0; x < width; x++)
      output[row + x] = (across[above + x] + across[row + x] + across[below + x]) * factor + safeBias;
  }
  return output;
}

/** OpenCV's `equalizeHist`. */
function equalized(picture: Uint8Array): Uint8Array {
  const histogram = new Int32Array(256);
  for (let i = 0; i < picture.length; i++) histogram[picture[i]]++;
  const first = histogram.findIndex((count) => count > 0);
  if (histogram[first] === picture.length) return picture;
  const scale = 255 / (picture.length - histogram[first]);
  const levels = new Uint8Array(256);
  for (let level = first + 1, sum = 0; level < 256; level++) {
    sum += histogram[level];
    levels[level] = Math.min(255, Math.round(sum * scale));
  }
  const output = new Uint8Array(picture.length);
  for (let i = 0; i < picture.length; i++) output[i] = levels[picture[i]];
  return output;
}

/** Relief lit from the lower right: weights −2 −1 0 / −1 1 1 / 0 1 2, clipped, border reflected. */
function embossed(picture: Uint8Array, width: number, height: number): Uint8Array {
  const output = new Uint8ClampedArray(picture.length);
  for (let y = 0; y < height; y++) {
    const above = borderIndex(y - 1, height, 'reflect-101') * width;
    const below = borderIndex(y + 1, height, 'reflect-101') * width;
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const left = x > 0 ? x - 1 : borderIndex(-1, width, 'reflect-101');
      const right = x < width - 1 ? x + 1 : borderIndex(width, width, 'reflect-101');
      output[row + x] =
        2 * (picture[below + right] - picture[above + left]) +
        (picture[below + x] - picture[above + x]) +
        (picture[row + right] - picture[row + left]) +
        picture[row + x];
    }
  }
  return new Uint8Array(output.buffer);
}
