import type { CorruptionName, Severity, Strength } from '../../../common/experiment/corruption-names';
import type { RgbImage } from '../images/resize';
import { brightness } from './brightness';
import { contrast } from './contrast';
import { defocusBlur } from './defocus-blur';
import { elasticTransform } from './elastic-transform';
import { fog } from './fog';
import { frost } from './frost';
import { gaussianFilterImage } from './gaussian-filter';
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
import { type CorruptionParameters, frostScales, strengths } from './strengths';
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

type Corrupt<Name extends CorruptionName> = (
  image: RgbImage,
  parameters: CorruptionParameters[Name],
  draws: RandomDraws,
  ice: { textures: readonly RgbImage[] | undefined; scale: number },
) => Uint8Array;

/** What makes each corruption; the parameters of its severities are in `strengths`. */
const corruptions: { readonly [Name in CorruptionName]: Corrupt<Name> } = {
  gaussian_noise: gaussianNoise,
  shot_noise: shotNoise,
  impulse_noise: impulseNoise,
  defocus_blur: defocusBlur,
  glass_blur: glassBlur,
  motion_blur: motionBlur,
  zoom_blur: zoomBlur,
  snow,
  frost,
  fog,
  brightness,
  contrast,
  elastic_transform: elasticTransform,
  pixelate,
  jpeg_compression: jpegCompression,
  speckle_noise: speckleNoise,
  gaussian_blur: gaussianFilterImage,
  spatter,
  saturate,
};

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
  const corrupt = corruptions[name] as Corrupt<CorruptionName>;
  const parameters = strengths[strength][name][severity - 1];
  const ice = { textures: frostTextures, scale: frostScales[strength] };
  return corrupt({ data: pixels, width, height }, parameters, new RandomDraws(seed, `${name} ${severity}`), ice);
}

function checkSize(pixels: Uint8Array, height: number, width: number): void {
  const expected = height * width * 3;
  if (pixels.length !== expected || expected === 0)
    throw new RangeError(`an RGB image of ${width}×${height} pixels has ${expected} values, not ${pixels.length}`);
}
