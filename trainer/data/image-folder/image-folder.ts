import { resolve } from 'node:path';
import { ranksByName } from '../../../common/dataset/class-names';
import { datasetFolder } from '../../../common/dataset/dataset-folder';
import { DatasetError } from '../../../common/errors/dataset-error';
import type { DatasetSettings } from '../../../common/experiment/datasets/datasets';
import type { Dataset, ImageSet, OpenOptions, ValidationData } from '../dataset';
import type { FitFor } from '../image-source';
import { readReadableNames } from '../name-tables';
import { evenSubset } from '../subset';
import {
  type FolderScan,
  type FolderSplit,
  listTraining,
  listValidation,
  type ScanOptions,
  scanImageFolder,
  scanValidation,
} from './folder-scan';
import { type MemoryBudget, memoryBudget, storeImages } from './stored-images';

export type ImageFolderSettings = Extract<DatasetSettings, { type: 'image-folder' }>;

/**
 * Opens images in class folders. The first time they are decoded in worker threads and packed into a cache file;
 * later the cache is read, if the files still have the names, sizes and times it was made from. What doesn't fit into memory is
 * read from the cache, or decoded, when it is needed. The data-set index of an image counts classes sorted by name, whatever the
 * order of the labels, then files sorted by name, within the images that `trainingImages` or `validationImages` leave.
 *
 * @throws DatasetError naming the first thing that is wrong with the folder or a file
 */
export async function openImageFolder(settings: ImageFolderSettings, options: OpenOptions): Promise<Dataset> {
  const root = datasetFolder(settings.path, options.baseFolder);
  const asked = scanOptionsOf(settings, options);
  const { classes, training, validation } = usable(scanImageFolder(root, asked), root, settings, options);
  const budget = memoryBudget(options.loading);
  const trainingPart = limited(training, 'training', classes, settings);
  const validationPart = limited(validation, 'validation', classes, settings);
  return {
    classes,
    readableNames: readReadableNames(root, asked.classFile, classes),
    training: await openPart(root, trainingPart, 'training', settings, budget, options),
    validation: await openPart(root, validationPart, 'validation', settings, budget, options),
  };
}

/**
 * Opens the validation images alone, as `openImageFolder` does. `train/` may be missing.
 *
 * @throws DatasetError also if the classes are known not to be the network's
 */
export async function openFolderValidation(
  settings: ImageFolderSettings,
  options: OpenOptions,
): Promise<ValidationData> {
  const { root, classes, readableNames, validation } = validationFiles(settings, options, scanValidation);
  const part = limited(validation, 'validation', classes, settings);
  const budget = memoryBudget(options.loading);
  return {
    classes,
    readableNames,
    validation: await openPart(root, part, 'validation', settings, budget, options),
  };
}

/**
 * The images that `openFolderValidation` opens, to be decoded when one is read: a file that is damaged or no longer there is a
 * problem of that image alone.
 *
 * @throws DatasetError also if the classes are known not to be the network's
 */
export function listFolderValidation(
  settings: ImageFolderSettings,
  options: Pick<OpenOptions, 'baseFolder' | 'augmentation' | 'networkClasses' | 'onWarning'>,
): ValidationData {
  const { root, classes, readableNames, validation } = validationFiles(settings, options, listValidation);
  const isShort = validation.files.length < (settings.validationImages ?? 0);
  const part = isShort ? validation : limited(validation, 'validation', classes, settings);
  return { classes, readableNames, validation: listPart(root, part, 'validation', settings, options) };
}

/**
 * The training images that there are, whatever their number is limited to, to be decoded when one is read.
 *
 * @param classes of which classes
 */
export function listFolderTraining(
  settings: ImageFolderSettings,
  classes: readonly string[],
  options: Pick<OpenOptions, 'baseFolder' | 'augmentation'>,
): ImageSet {
  const root = datasetFolder(settings.path, options.baseFolder);
  return listPart(root, listTraining(root, classes, { heldOut: settings.validation }), 'training', settings, options);
}

/** The validation images by their names. */
function validationFiles(
  settings: ImageFolderSettings,
  options: Pick<OpenOptions, 'baseFolder' | 'networkClasses' | 'onWarning'>,
  scan: typeof scanValidation,
): { root: string; validation: FolderSplit } & Pick<ValidationData, 'classes' | 'readableNames'> {
  const root = datasetFolder(settings.path, options.baseFolder);
  const asked = scanOptionsOf(settings, options);
  const { classes, validation } = usable(scan(root, asked), root, settings, options);
  return {
    root,
    classes,
    readableNames: readReadableNames(root, asked.classFile, classes),
    validation,
  };
}

/** Images that are decoded when one is read. */
function listPart(
  root: string,
  part: FolderSplit,
  use: FitFor,
  { imageSize }: ImageFolderSettings,
  options: Pick<OpenOptions, 'augmentation'>,
): ImageSet {
  const { files } = part;
  const sizes = new Uint32Array(2 * files.length);
  return { ...imagesOf(part, imageSize), source: { root, files, fit: fitOf(use, imageSize, options), sizes } };
}

function scanOptionsOf(
  settings: ImageFolderSettings,
  { baseFolder, networkClasses }: Pick<OpenOptions, 'baseFolder' | 'networkClasses'>,
): ScanOptions {
  return { classFile: classFileOf(settings, baseFolder), heldOut: settings.validation, networkClasses };
}

/** Absolute path of the list of classes. */
export const classFileOf = ({ classes }: ImageFolderSettings, baseFolder: string): string | null =>
  classes === null ? null : resolve(baseFolder, classes);

/** Passes warnings on. @throws DatasetError naming the first problem */
function usable<Scan extends Pick<FolderScan, 'problems' | 'warnings'>>(
  scan: Scan,
  root: string,
  settings: ImageFolderSettings,
  { baseFolder, onWarning = process.emitWarning }: Pick<OpenOptions, 'baseFolder' | 'onWarning'>,
): Scan {
  const [problem, ...more] = scan.problems;
  if (problem !== undefined) {
    const rest = more.length > 0 ? ` (and ${more.length} more; ${listAll(root, settings, baseFolder)})` : '';
    throw new DatasetError(`${problem}${rest}`);
  }
  for (const message of scan.warnings) onWarning(message);
  return scan;
}

/** What the experiment's limit leaves of a part. */
function limited(
  { folder, files, labels }: FolderSplit,
  use: FitFor,
  classes: readonly string[],
  settings: ImageFolderSettings,
): FolderSplit {
  const limit = use === 'training' ? settings.trainingImages : settings.validationImages;
  // By name: which images are chosen does not depend on the order of the labels.
  const ranks = ranksByName(classes);
  const byName = labels.map((label) => ranks[label]);
  const chosen = Array.from(evenSubset(byName, classes.length, limit, `dataset.${use}Images`));
  return { folder, files: chosen.map((i) => files[i]), labels: chosen.map((i) => labels[i]) };
}

async function openPart(
  root: string,
  part: FolderSplit,
  use: FitFor,
  settings: ImageFolderSettings,
  budget: MemoryBudget,
  options: OpenOptions,
): Promise<ImageSet> {
  const { files } = part;
  const { imageSize } = settings;
  const toStore = {
    root,
    files,
    use,
    fit: fitOf(use, imageSize, options),
    listAll: listAll(root, settings, options.baseFolder),
  };
  return { ...imagesOf(part, imageSize), ...(await storeImages(toStore, budget, options)) };
}

const imagesOf = ({ folder, files, labels }: FolderSplit, imageSize: number) => ({
  count: files.length,
  imageSize,
  labels: Int32Array.from(labels),
  folder,
  path: (index: number) => files[index],
});

/** Of a box at random the pixels are needed that the picture really has. */
const fitOf = (use: FitFor, imageSize: number, { augmentation }: Pick<OpenOptions, 'augmentation'>) =>
  use === 'training' && augmentation?.type === 'resized-crop-flip' ? null : { imageSize, use };

/** The command that lists all that is wrong with what an experiment names. */
function listAll(root: string, settings: ImageFolderSettings, baseFolder: string): string {
  const classFile = classFileOf(settings, baseFolder);
  const command = [
    `mixprop data check ${root}`,
    ...(classFile === null ? [] : [`--classes ${classFile}`]),
    ...(settings.validation ? [`--validation ${settings.validation.fraction}`] : []),
  ];
  return `"${command.join(' ')}" lists all`;
}
