import { join } from 'node:path';
import { listNames } from '../../../common/dataset/class-names';
import { findSplits, foldersNamed, hasImages } from '../../../common/dataset/split-folders';
import { type FolderDatasetType, folderDatasetTypes } from '../../../common/experiment/datasets/datasets';
import { type CorruptedLayout, corruptedLayout } from '../corrupted/corrupted-set';
import { datasetOnDisk } from './dataset-sources';

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
  const forValidation = validation.length > 0 ? validation : test;
  for (const type of folderDatasetTypes) {
    const reason = datasetOnDisk(type).recognise(path);
    if (reason !== undefined) return { type, ...(type === 'image-folder' && { hasTraining: true }), reason };
  }
  if (training.length > 0)
    return {
      type: 'image-folder',
      hasTraining: true,
      reason: `it has ${foldersNamed(training)}, though without class folders`,
    };
  if (forValidation.some((name) => hasImages(join(path, name), 3)))
    return {
      type: 'image-folder',
      hasTraining: false,
      reason: `it has ${foldersNamed(forValidation)} with images, and no train/`,
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
