import { join, resolve } from 'node:path';
import { classesByName, listNames, lookAlikes } from '../../../common/dataset/class-names';
import { datasetFolder, folderNames } from '../../../common/dataset/dataset-folder';
import { findSplits, hasImages, nearbyDataset, validationFolder } from '../../../common/dataset/split-folders';
import { DatasetError } from '../../../common/errors/dataset-error';
import type { ImageSet, OpenOptions, ValidationData } from '../dataset';
import { ScanNotes, scanClass } from '../image-folder/class-folders';
import { knownClasses, noteOrder } from '../image-folder/folder-scan';
import { classFileOf, type ImageFolderSettings } from '../image-folder/image-folder';
import { readReadableNames } from '../name-tables';

export interface OpenEvaluationOptions {
  /** Folder against which a relative path is resolved. */
  baseFolder: string;
  /** Names of the network's classes; labels are indices into it. */
  classes: readonly string[];
  /** Height and width that the network takes. Others are resized and cropped as a validation image is. Unit: pixels. */
  imageSize: number;
  /** The network's classes are those of CIFAR's files, whatever their names: labels are its numbers. */
  areNumbered?: boolean;
}

/**
 * Opens a set that is for evaluation alone, such as Stylized-ImageNet's validation images: one folder a class, in the folder itself
 * or in its validation split. Folders of other classes are passed over. Nothing is decoded before it is read.
 *
 * @throws DatasetError if the folder or the folder of a class is missing or has no images
 */
export function openEvaluationFolder(path: string, options: OpenEvaluationOptions): ImageSet {
  const root = datasetFolder(path, options.baseFolder);
  return openClassFolders(root, evaluationSplit(root), options);
}

/** The folder with the class folders, relative to `root`: its validation split, or '' for itself. @throws DatasetError for two */
function evaluationSplit(root: string): string {
  const problems: string[] = [];
  const folder = validationFolder(findSplits(root), problems);
  if (problems.length > 0) throw new DatasetError(problems[0]);
  return folder ?? '';
}

/**
 * Opens a folder of validation images in the place of a data set whose classes are known. Folders of others are passed over.
 *
 * @param path absolute
 * @throws DatasetError as `openEvaluationFolder`
 */
export function openFolderOfClasses(
  path: string,
  { classes, imageSize }: Pick<OpenEvaluationOptions, 'classes' | 'imageSize'>,
  { baseFolder, onWarning = process.emitWarning }: Pick<OpenOptions, 'baseFolder' | 'onWarning'>,
): ValidationData {
  const validation = openEvaluationFolder(path, { baseFolder, classes, imageSize });
  noteOthers(datasetFolder(path, baseFolder), classes, onWarning);
  return { classes, validation };
}

/**
 * Opens a folder of validation images in the place of an image folder. Its classes are those of the data set's list, its `train/`, or
 * the network's run, wherever one of them says; else those of the folder.
 *
 * @param path absolute
 * @throws DatasetError as `openEvaluationFolder`, or if the classes are known not to be the network's
 */
export function openFolderOfImages(
  path: string,
  settings: ImageFolderSettings,
  options: Pick<OpenOptions, 'baseFolder' | 'networkClasses' | 'onWarning'>,
): ValidationData {
  const { baseFolder, networkClasses, onWarning = process.emitWarning } = options;
  const root = datasetFolder(path, baseFolder);
  const classFile = classFileOf(settings, baseFolder);
  const home = resolve(baseFolder, settings.path);
  const notes = new ScanNotes(home);
  const known = knownClasses(home, { classFile, networkClasses }, notes);
  const [problem] = notes.allProblems();
  if (problem !== undefined) throw new DatasetError(problem);
  const classes = known.names ?? classesByName(folderNames(join(root, evaluationSplit(root))));
  noteOrder(classes, known.trainingNames.length > 0 ? home : root, { known, options, isForNetwork: true }, notes);
  const { imageSize } = settings;
  const validation = openEvaluationFolder(path, { baseFolder, classes, imageSize });
  for (const message of notes.warnings) onWarning(message);
  if (!known.list) noteOthers(root, classes, onWarning);
  return { classes, readableNames: readReadableNames(home, classFile, classes), validation };
}

/** Says which class folders do not count, for the network has no such class. */
function noteOthers(root: string, classes: readonly string[], onWarning: (message: string) => void): void {
  const place = join(root, evaluationSplit(root));
  const known = new Set(classes);
  const others = folderNames(place).filter((name) => !known.has(name) && hasImages(join(place, name)));
  if (others.length > 0)
    onWarning(
      `passed over in ${place}, folders of classes that the network does not have: ${others.length} (${listNames(others, 3)})`,
    );
}

/**
 * Images in class folders, by class name, then by path, to be decoded when they are read.
 *
 * @param folder the folder with the class folders, relative to `root`, with slashes; "" for `root` itself
 * @throws DatasetError if a class has no folder, or there is something in one that cannot be passed over
 */
export function openClassFolders(
  root: string,
  folder: string,
  { classes, imageSize }: Pick<OpenEvaluationOptions, 'classes' | 'imageSize'>,
): ImageSet {
  const place = join(root, folder);
  const present = new Set(folderNames(place));
  const missing = classes.filter((name) => !present.has(name));
  if (missing.length > 0) {
    const alike = lookAlikes(missing, [...present]);
    const nearby = missing.length === classes.length ? nearbyDataset(place) : undefined;
    const hint = [
      ...(alike.length > 0 ? [`these only look alike: ${alike.slice(0, 3).join('; ')}`] : []),
      ...(nearby === undefined ? [] : [`a data set lies in ${nearby}`]),
      ...(present.size === 0 && hasImages(place, 1) ? ['its images lie in no folders that say what they show'] : []),
    ].map((part) => `; ${part}`);
    throw new DatasetError(
      `${place} has no folder for ${missing.length} of ${classes.length} classes (${listNames(missing, 5)}${hint.join('')}): the set must have the classes of the experiment`,
    );
  }
  const notes = new ScanNotes(root);
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const files: string[] = [];
  const labels: number[] = [];
  for (const name of classesByName(classes)) {
    for (const file of scanClass(folder === '' ? name : `${folder}/${name}`, notes)) {
      files.push(file);
      labels.push(labelOf.get(name)!);
    }
  }
  const [problem] = notes.allProblems();
  if (problem !== undefined) throw new DatasetError(problem);
  const sizes = new Uint32Array(new SharedArrayBuffer(8 * files.length)).fill(imageSize);
  return {
    count: files.length,
    imageSize,
    source: { root, files, fit: { imageSize, use: 'validation' }, sizes },
    labels: Int32Array.from(labels),
    ...(folder !== '' && { folder }),
    path: (index) => files[index],
  };
}
