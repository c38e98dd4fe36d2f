import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatasetError, type ImageSet } from './dataset';
import { datasetFolder, visibleEntries } from './dataset-folder';
import { scanClass } from './folder-scan';

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
  const split = ['val', 'test'].find((name) => existsSync(join(root, name)));
  return openClassFolders(root, split ?? '', options);
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
  const present = new Set(visibleEntries(place).flatMap(({ name, isFolder }) => (isFolder ? [name] : [])));
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
    path: (index) => files[index],
  };
}
