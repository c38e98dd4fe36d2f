import { datasetFolder } from '../../../common/dataset/dataset-folder';
import { DatasetError } from '../../../common/errors/dataset-error';
import type { ImageSet } from '../dataset';
import { cifarCorruptions, isCifarC, labelsFile, openCifarC } from './cifar-c';
import { type OpenEvaluationOptions, openClassFolders } from './evaluation-images';
import { imageNetCorruptions, severityPlace } from './imagenet-c';

/** How a set of corrupted images is laid out. */
export type CorruptedLayout = 'imagenet-c' | 'cifar-c';

/**
 * Validation images that were corrupted beforehand, in several ways and severities. A network is evaluated on one part after the
 * other, each read as any image set (`loadBatches`):
 *
 * ```
 * const set = openCorruptedSet(path, { baseFolder, classes, imageSize });
 * for (const [corruption, severities] of set.severities)
 *   for (const severity of severities) await evaluateOn(set.open(corruption, severity));
 * ```
 */
export interface CorruptedSet {
  readonly layout: CorruptedLayout;
  /** Absolute path of the set's folder. */
  readonly root: string;
  /** The severities that there are of each corruption, ascending, within 1 to 5. Corruptions are in the order of their names. */
  readonly severities: ReadonlyMap<string, readonly number[]>;
  /**
   * One corruption at one severity. Of image files only the names are in memory, they are decoded when they are read; of CIFAR-C the
   * pixels of this severity are (30 MB).
   *
   * @throws DatasetError if it is not there, or not with the classes that were asked for
   */
  open(corruption: string, severity: number): ImageSet;
}

/** The layout of a folder, by what is in it, and what tells it; undefined if it is no set of corrupted images. */
export function corruptedLayout(root: string): { layout: CorruptedLayout; reason: string } | undefined {
  if (isCifarC(root)) return { layout: 'cifar-c', reason: `it has ${labelsFile} and arrays beside it` };
  const names = [...imageNetCorruptions(root).keys()];
  if (names.length === 0) return undefined;
  return {
    layout: 'imagenet-c',
    reason: `it has class folders in ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}, by severity`,
  };
}

/**
 * Opens ImageNet-C, Tiny-ImageNet-C and the like (`<corruption>/<severity>/<class>/`, also with the folders of the official
 * archives around: `blur/defocus_blur/…`) or CIFAR-10-C and CIFAR-100-C (`<corruption>.npy` and `labels.npy`).
 *
 * @throws DatasetError if there is no such set, or a file of CIFAR-C is damaged
 */
export function openCorruptedSet(path: string, options: OpenEvaluationOptions): CorruptedSet {
  const root = datasetFolder(path, options.baseFolder);
  const layout = corruptedLayout(root)?.layout;
  if (!layout)
    throw new DatasetError(
      `${root} is no set of corrupted images: expected are folders <corruption>/<severity>/<class>/ or files <corruption>.npy with labels.npy`,
    );
  const folders = layout === 'imagenet-c' ? imageNetCorruptions(root) : undefined;
  const severities = folders
    ? new Map(Array.from(folders, ([name, corruption]) => [name, corruption.severities] as const))
    : cifarCorruptions(root);
  return {
    layout,
    root,
    severities,
    open(corruption, severity) {
      if (!severities.get(corruption)?.includes(severity))
        throw new DatasetError(
          `${root} has no ${corruption} of severity ${severity}: there are ${describe(severities)}`,
        );
      const folder = folders?.get(corruption);
      return folder === undefined
        ? openCifarC(root, corruption, severity, options)
        : openClassFolders(root, severityPlace(root, folder, severity), options);
    },
  };
}

function describe(severities: ReadonlyMap<string, readonly number[]>): string {
  return Array.from(severities, ([name, some]) => `${name} (${some.join(', ')})`).join(', ');
}
