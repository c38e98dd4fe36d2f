import { basename, join, relative } from 'node:path';
import { listNames } from '../../../common/dataset/class-names';
import { folderNames } from '../../../common/dataset/dataset-folder';
import { findSplits, hasImages } from '../../../common/dataset/split-folders';
import type { DatasetType } from '../../../common/experiment/schema';
import { type CifarType, cifarTypes } from '../../../common/experiment/schema';
import { cifarFormats } from '../cifar/cifar-format';
import { type CifarSource, findCifarSource } from '../cifar/cifar-source';
import { type CorruptedLayout, corruptedLayout } from '../corrupted/corrupted-set';

/** The types of data sets that lie in a folder or a file. */
export type FolderDatasetType = Exclude<DatasetType, 'shapes'>;

/** What a folder is, and by what that is told. */
export interface RecognisedLayout {
  type: FolderDatasetType | CorruptedLayout;
  /** Of an image folder: whether it has training images, too. */
  hasTraining?: boolean;
  /** "it has train/ and valid/" */
  reason: string;
}

/**
 * Tells what data set lies in a folder by what is in it, not by names alone: the classes of an image folder may be called 1 to 5, as
 * severities are, and `train` and `test` are names of files of CIFAR.
 *
 * @param path absolute path of an existing folder
 * @throws DatasetError if the folder cannot be read
 */
export function recogniseLayout(path: string): RecognisedLayout {
  const { training, validation, test, others } = findSplits(path);
  const named = (names: readonly string[]) => names.map((name) => `${name}/`).join(' and ');
  const forValidation = validation.length > 0 ? validation : test;
  if (training.some((name) => folderNames(join(path, name)).length > 0))
    return { type: 'image-folder', hasTraining: true, reason: `it has ${named([...training, ...forValidation])}` };
  for (const type of cifarTypes) {
    const source = findCifarSource(path, cifarFormats[type]);
    if (source) return { type, reason: `it has ${placeOf(source, path, type)}` };
  }
  if (training.length > 0)
    return {
      type: 'image-folder',
      hasTraining: true,
      reason: `it has ${named(training)}, though without class folders`,
    };
  if (forValidation.some((name) => hasImages(join(path, name), 3)))
    return {
      type: 'image-folder',
      hasTraining: false,
      reason: `it has ${named(forValidation)} with images, and no train/`,
    };
  const corrupted = corruptedLayout(path);
  if (corrupted) return { type: corrupted.layout, reason: corrupted.reason };
  const classes = others.filter((name) => hasImages(join(path, name)));
  const reason =
    classes.length > 0
      ? `it has folders with images (${listNames(classes, 3)}), and no train/`
      : 'it has no files of CIFAR and no folders <corruption>/<severity>/<class>/';
  return { type: 'image-folder', hasTraining: false, reason };
}

function placeOf(source: CifarSource, root: string, type: CifarType): string {
  const { title } = cifarFormats[type];
  if (source.kind === 'archive') return `the archive ${basename(source.path)}`;
  const inside = relative(root, source.path);
  return `the ${source.form} files of ${title}${inside === '' ? '' : ` in ${inside}/`}`;
}
