import type { RgbImage } from '../images/resize';
import { cannyEdges } from './canny-edges';
import { distanceTransform } from './distance-transform';
import { type FilterKernels, filterKernels } from './filter-kernels';
import { type FramedPicture, framedArea } from './framed-picture';
import { gaussianFilterArea, gaussianFilterField } from './gaussian-filter';
import type { RandomDraws } from './random-draws';
import type { CorruptionParameters } from './strengths';
import { roundingBias } from './to-levels';

/** RGB of the drops: pale turquoise, and brown. */
const water = [175, 238, 238] as const;
const mud = [63, 42, 20] as const;

const blur = { border: 'nearest', truncate: 4 } as const;

/** Drops of water with bright rims, or splashes of mud. */
export function spatter(image: RgbImage, parameters: CorruptionParameters['spatter'], draws: RandomDraws): Uint8Array {
  const kernels = filterKernels();
  kernels.reset();
  return spatterArea(kernels, image, parameters, draws.drawNormals(kernels, image.width * image.height));
}

/** The same with given draws, [height, width]. */
export function spatterOf(
  image: RgbImage,
  parameters: CorruptionParameters['spatter'],
  normals: Float32Array,
): Uint8Array {
  const kernels = filterKernels();
  kernels.reset();
  return spatterArea(kernels, image, parameters, kernels.place(normals));
}

/** The same with draws in the kernels' memory, which are overwritten. */
function spatterArea(
  kernels: FilterKernels,
  image: RgbImage,
  [mean, deviation, sigma, threshold, intensity, kind]: CorruptionParameters['spatter'],
  normals: number,
): Uint8Array {
  const { width, height } = image;
  kernels.scaleAndShift(normals, width * height, deviation, mean);
  const liquid = gaussianFilterArea(kernels, normals, width, height, sigma, blur);
  if (kind === 'mud') return muddy(image, kernels.floats(liquid, width * height).slice(), threshold, intensity);
  const drops = framedArea(kernels, width, height, 1);
  // Above 1 the original's bytes start again from 0.
  kernels.levelsAbove(liquid, drops.at, drops.stride, width, height, threshold);
  return wet(kernels, image, drops, intensity);
}

function muddy(image: RgbImage, liquid: Float32Array, threshold: number, sigma: number): Uint8Array {
  const { data, width, height } = image;
  for (let i = 0; i < liquid.length; i++) liquid[i] = liquid[i] > threshold ? 1 : 0;
  const cover = gaussianFilterField(liquid, width, height, sigma, blur);
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
function wet(
  kernels: FilterKernels,
  { data, width, height }: RgbImage,
  drops: FramedPicture,
  intensity: number,
): Uint8Array {
  const rgb = kernels.place(data);
  const distance = distanceTransform(kernels, cannyEdges(kernels, drops, 50, 150), 20);
  kernels.frameWords(distance.at, distance.stride, width, height, 1);
  const depths = framedArea(kernels, width, height, 1);
  const { stride } = depths;
  kernels.meanOfWords(distance.at, distance.stride, depths.at, stride, width, height);
  equalize(kernels, depths);
  kernels.frameBytes(depths.at, stride, width, height, 1);
  const relief = framedArea(kernels, width, height, 1);
  kernels.emboss(depths.at, stride, relief.at, width, height);
  kernels.frameBytes(relief.at, stride, width, height, 1);
  const rims = framedArea(kernels, width, height, 1);
  kernels.meanOfBytes(relief.at, stride, rims.at, width, height);
  const brightest = kernels.largestProduct(rims.at, drops.at, stride, width, height);
  if (brightest > 0) {
    const scale = intensity / brightest;
    kernels.addLight(rims.at, drops.at, stride, width, height, rgb, scale, ...water, roundingBias);
  }
  return kernels.bytes(rgb, data.length).slice();
}

/** OpenCV's `equalizeHist`, in place. */
function equalize(kernels: FilterKernels, { at, stride, width, height }: FramedPicture): void {
  const pixels = width * height;
  const countArea = kernels.area(256);
  const counts = kernels.words(countArea, 256).fill(0);
  kernels.countLevels(at, stride, width, height, countArea);
  const first = counts.findIndex((count) => count > 0);
  if (counts[first] === pixels) return;
  const scale = 255 / (pixels - counts[first]);
  const levels = new Uint8Array(256);
  for (let level = first + 1, sum = 0; level < 256; level++) {
    sum += counts[level];
    levels[level] = Math.min(255, Math.round(sum * scale));
  }
  kernels.mapLevels(at, stride, width, height, kernels.place(levels));
}
