import type { CorruptionName, Severity, Strength } from '../../../common/experiment/corruption-names';
import type { RgbImage } from '../images/resize';
import { brightness } from './brightness';
import { contrast } from './contrast';
import { defocusBlur } from './defocus-blur';
import { elasticTransform } from './elastic-transform';
import { fog } from './fog';
import { frost } from './frost';
import { gaussianBlur } from './gaussian-blur';
import { gaussianNoise } from './gaussian-noise';
import { glassBlur } from './glass-blur';
import { impulseNoise } from './impulse-noise';
import { jpegCompression } from './jpeg-compression';
import { motionBlur } from './motion-blur';
import { pixelate } from './pixelate';
import { RandomDraws } from './random-draws';
import { saturate } from './saturate';
import { shotNoise } from './shot-noise';
import { snow } from './snow';
import { spatter } from './spatter';
import { speckleNoise } from './speckle-noise';
import { frostScales, strengths } from './strengths';
import { zoomBlur } from './zoom-blur';

export interface Corruption {
  name: CorruptionName;
  severity: Severity;
  strength: Strength;
  /** Integer in [0, 2³²). With name and severity it decides everything that is drawn. */
  seed: number;
  /** Pictures of frost to use in place of the built-in ones. */
  frostTextures?: readonly RgbImage[];
}

/**
 * A corrupted copy of an image.
 * @param pixels [height, width, 3], RGB levels 0 to 255
 * @throws RangeError when `pixels` has another length
 */
export function corruptImage(
  pixels: Uint8Array,
  height: number,
  width: number,
  { name, severity, strength, seed, frostTextures }: Corruption,
): Uint8Array {
  checkSize(pixels, height, width);
  const image: RgbImage = { data: pixels, width, height };
  const draws = new RandomDraws(seed, `${name} ${severity}`);
  const table = strengths[strength];
  const index = severity - 1;
  switch (name) {
    case 'gaussian_noise':
      return gaussianNoise(image, table[name][index], draws);
    case 'shot_noise':
      return shotNoise(image, table[name][index], draws);
    case 'impulse_noise':
      return impulseNoise(image, table[name][index], draws);
    case 'defocus_blur':
      return defocusBlur(image, table[name][index]);
    case 'glass_blur':
      return glassBlur(image, table[name][index], draws);
    case 'motion_blur':
      return motionBlur(image, table[name][index], draws);
    case 'zoom_blur':
      return zoomBlur(image, table[name][index]);
    case 'snow':
      return snow(image, table[name][index], draws);
    case 'frost':
      return frost(image, table[name][index], draws, { textures: frostTextures, scale: frostScales[strength] });
    case 'fog':
      return fog(image, table[name][index], draws);
    case 'brightness':
      return brightness(image, table[name][index]);
    case 'contrast':
      return contrast(image, table[name][index]);
    case 'elastic_transform':
      return elasticTransform(image, table[name][index], draws);
    case 'pixelate':
      return pixelate(image, table[name][index]);
    case 'jpeg_compression':
      return jpegCompression(image, table[name][index]);
    case 'speckle_noise':
      return speckleNoise(image, table[name][index], draws);
    case 'gaussian_blur':
      return gaussianBlur(image, table[name][index]);
    case 'spatter':
      return spatter(image, table[name][index], draws);
    case 'saturate':
      return saturate(image, table[name][index]);
  }
}

function checkSize(pixels: Uint8Array, height: number, width: number): void {
  const expected = height * width * 3;
  if (pixels.length !== expected || expected === 0)
    throw new RangeError(`an RGB image of ${width}×${height} pixels has ${expected} values, not ${pixels.length}`);
}
