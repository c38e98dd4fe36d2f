import { resolve } from 'node:path';
import type { DatasetSettings } from '../experiment/schema';
import { type Dataset, DatasetError, type ImageSet, type OpenOptions } from './dataset';
import { datasetFolder } from './dataset-folder';
import { type FolderSplit, scanImageFolder } from './folder-scan';
import type { FitFor } from './resize';
import { memoryBudget, storeImages } from './stored-images';
import { evenSubset } from './subset';

export type ImageFolderSettings = Extract<DatasetSettings, { type: 'image-folder' }>;

/**
 * Opens JPEG and PNG images in class folders. The first time they are decoded in worker threads and packed into a cache file;
 * later the cache is read, if the files still have the names, sizes and times it was made from. What doesn't fit into memory is
 * read from the cache, or decoded, when it is needed. The data-set index of an image counts classes sorted by name, then files
 * sorted by name, within the images that `trainingImages` or `validationImages` leave.
 *
 * @throws DatasetError naming the first thing that is wrong with the folder or a file
 */
export async function openImageFolder(settings: ImageFolderSettings, options: OpenOptions): Promise<Dataset> {
  const root = datasetFolder(settings.path, options.baseFolder);
  const classFile = settings.classes === null ? null : resolve(options.baseFolder, settings.classes);
  const { classes, training, validation, problems } = scanImageFolder(root, classFile);
  if (problems.length > 0) {
    const more = problems.length - 1;
    throw new DatasetError(more > 0 ? `${problems[0]} (and ${more} more; ${listAll(root)})` : problems[0]);
  }
  const part = (split: FolderSplit, use: FitFor): FolderSplit => {
    const limit = use === 'training' ? settings.trainingImages : settings.validationImages;
    const chosen = Array.from(evenSubset(split.labels, classes.length, limit, `dataset.${use}Images`));
    return { files: chosen.map((i) => split.files[i]), labels: chosen.map((i) => split.labels[i]) };
  };
  const budget = memoryBudget(options.loading);
  const open = async ({ files, labels }: FolderSplit, use: FitFor): Promise<ImageSet> => {
    const { imageSize } = settings;
    // Of a box at random the pixels are needed that the picture really has.
    const keepsSize = use === 'training' && options.augmentation?.type === 'resized-crop-flip';
    const toStore = { root, files, use, fit: keepsSize ? null : { imageSize, use }, listAll: listAll(root) };
    return {
      count: files.length,
      imageSize,
      labels: Int32Array.from(labels),
      path: (index) => files[index],
      ...(await storeImages(toStore, budget, options)),
    };
  };
  const trainingPart = part(training, 'training');
  const validationPart = part(validation, 'validation');
  return {
    classes,
    training: await open(trainingPart, 'training'),
    validation: await open(validationPart, 'validation'),
  };
}

function listAll(root: string): string {
  return `"mixprop data check ${root}" lists all`;
}
