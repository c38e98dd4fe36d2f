import type { RgbImage } from '../images/resize';
import { iceTextures } from './ice-texture';
import type { RandomDraws } from './random-draws';
import { scaleTexture } from './scale-texture';
import type { CorruptionParameters } from './strengths';

/**
 * A piece of a frost texture over the image.
 * @param textures the pictures to draw from; undefined: those of `iceTextures`
 * @param scale factor by which textures are scaled first
 */
export function frost(
  image: RgbImage,
  [imageWeight, frostWeight]: CorruptionParameters['frost'],
  draws: RandomDraws,
  { textures, scale }: { textures: readonly RgbImage[] | undefined; scale: number },
): Uint8Array {
  const { data, width, height } = image;
  const available = textures ?? iceTextures();
  const chosen = available[draws.integer(available.length)];
  // A texture must exceed the image, so that there are several pieces to draw from.
  const needed = 1.1 * Math.max(width / chosen.width, height / chosen.height);
  const texture = scaleTexture(chosen, scale > needed ? scale : Math.max(scale, needed));
  const top = draws.integer(texture.height - height);
  const left = draws.integer(texture.width - width);
  const output = new Uint8Array(data.length);
  const stride = width * 3;
  const ofImage = Float64Array.from({ length: 256 }, (_, level) => imageWeight * level);
  const ofFrost = Float64Array.from({ length: 256 }, (_, level) => frostWeight * level);
  for (let y = 0, i = 0; y < height; y++) {
    let from = ((top + y) * texture.width + left) * 3;
    for (let x = 0; x < stride; x++, i++, from++) {
      const level = ofImage[data[i]] + ofFrost[texture.data[from]];
      output[i] = level > 255 ? 255 : level;
    }
  }
  return output;
}
