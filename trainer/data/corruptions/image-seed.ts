import { Generator } from '../../random/generator';

/**
 * The seed of one image of a folder: it depends on nothing but the folder's seed and the image's path, so that images can
 * be made in any order, in parts, and beside others.
 * @param path relative to the folder, with slashes
 */
export function imageSeed(seed: number, path: string): number {
  return new Generator(seed, path).uint32();
}
