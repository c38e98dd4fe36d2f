import { compareCodeUnits } from '../../../common/dataset/dataset-folder';
import type { DatasetSettings } from '../../../common/experiment/datasets/datasets';
import { Generator } from '../../random/generator';

/** How a part of the training images is held out for validation. */
export type HeldOut = NonNullable<Extract<DatasetSettings, { type: 'image-folder' }>['validation']>;

/**
 * Which images of a class are held out: the fraction, rounded, but at least one, and one at least is left. An image's draw depends on
 * the seed and its path alone, so neither the order of listing matters nor what else is there, and a larger fraction holds out what
 * a smaller one does, and more.
 *
 * @param paths of the class's images below the folder of the split, two at least: `cat/0001.jpg`
 * @returns positions in `paths`
 */
export function drawHeldOut(paths: readonly string[], { fraction, seed }: HeldOut): Set<number> {
  const draws = paths.map((path, i) => ({ i, path, draw: new Generator(seed, `held out ${path}`).uint32() }));
  draws.sort((a, b) => a.draw - b.draw || compareCodeUnits(a.path, b.path));
  const count = Math.min(Math.max(Math.round(fraction * paths.length), 1), paths.length - 1);
  return new Set(draws.slice(0, count).map(({ i }) => i));
}
