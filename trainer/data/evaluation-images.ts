import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatasetError, type ImageSet, type ValidationData } from './dataset';
import { datasetFolder, folderNames } from './dataset-folder';
import { type KnownClasses, knownClasses, scanClass } from './folder-scan';
import type { ImageFolderSettings } from './image-folder';
import { readReadableNames } from './name-tables';

export interface OpenEvaluationOptions {
  /** Folder against which a relative path is resolved. */
  baseFolder: string;
  /** Names of the network's classes; labels are indices into it. */
  classes: readonly string[];
  /** Height and width that the network takes. Others are resized and cropped as a validation image is. Unit: pixels. */
  imageSize: number;
}

/**
 * Opens a set that is for evaluation alone, such as Stylized-ImageNet's validation images: one folder a class, in the folder itself
 * or in `val/` or `test/` inside it. Folders of other classes are passed over. Nothing is decoded before it is read.
 *
 * @throws DatasetError if the folder or the folder of a class is missing or has no images
 */
export function openEvaluationFolder(path: string, options: OpenEvaluationOptions): ImageSet {
  const root = datasetFolder(path, options.baseFolder);
  return openClassFolders(root, splitOf(root), options);
}

const splitOf = (root: string): string => ['val', 'test'].find((name) => existsSync(join(root, name))) ?? '';

/**
 * Opens a folder of validation images in the place of an experiment's data set. Its classes are those of the data set's list, its
 * `train/`, or the network's run, wherever one of them says; else those of the folder.
 *
 * @param path absolute
 * @throws DatasetError as `openEvaluationFolder`, or if the classes are known not to be the network's
 */
export function openValidationFolder(
  path: string,
  settings: ImageFolderSettings,
  { baseFolder, networkClasses }: Pick<OpenEvaluationOptions, 'baseFolder'> & Pick<KnownClasses, 'networkClasses'>,
): ValidationData {
  const classFile = settings.classes === null ? null : resolve(baseFolder, settings.classes);
  const problems: string[] = [];
  const known = knownClasses(resolve(baseFolder, settings.path), { classFile, networkClasses }, problems);
  if (problems.length > 0) throw new DatasetError(problems[0]);
  const root = datasetFolder(path, baseFolder);
  const classes = known ?? folderNames(join(root, splitOf(root)));
  const { imageSize } = settings;
  return {
    classes,
    readableNames: readReadableNames(resolve(baseFolder, settings.path), classFile, classes),
    validation: openEvaluationFolder(path, { baseFolder, classes, imageSize }),
  };
}

/**
 * Images in class folders, in the order of classes, then of file names, to be decoded when they are read.
 *
 * @param folder the folder with the class folders, relative to `root`, with slashes; "" for `root` itself
 * @throws DatasetError if a class has no folder, or there is something else than images in one
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
    const some = `${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}`;
    throw new DatasetError(
      `${place} has no folder for ${missing.length} of ${classes.length} classes (${some}): the set must have the classes of the experiment`,
    );
  }
  const problems: string[] = [];
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    for (const file of scanClass(root, folder === '' ? name : `${folder}/${name}`, problems)) {
      files.push(file);
      labels.push(label);
    }
  }
  if (problems.length > 0) throw new DatasetError(problems[0]);
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
