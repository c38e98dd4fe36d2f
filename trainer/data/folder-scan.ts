import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareCodeUnits, visibleEntries } from './dataset-folder';

/** The files of one part of an image folder, in the order of their data-set index. */
export interface FolderSplit {
  /** Paths relative to the data set's folder, with slashes: `train/cat/0001.jpg`. */
  files: string[];
  /** Class number of each file. */
  labels: number[];
}

/** What lies in an image folder, by the names alone: no file has been opened. */
export interface FolderScan {
  /** Names of the training classes, sorted. */
  classes: string[];
  training: FolderSplit;
  validation: FolderSplit;
  /** What makes the folder unusable, as sentences that name the file or folder and the remedy; empty if it is sound. */
  problems: string[];
}

const validationFolders = ['val', 'test'];
/** Tiny-ImageNet's list of the classes of a flat validation folder: file name, tab, class, and more. */
const annotationsFile = 'val_annotations.txt';
const imageName = /\.jpe?g$|\.png$/i;

/**
 * Lists an image folder: `train/` and `val/` (or `test/`), each with one folder a class. The images of a class lie in its
 * folder, or in a folder inside it as in Tiny-ImageNet (`n01443537/images/`). A flat validation folder with Tiny-ImageNet's
 * `val_annotations.txt` is read too. Classes are sorted by name, then files by name, both by code unit.
 *
 * @param root absolute path of an existing folder
 */
export function scanImageFolder(root: string): FolderScan {
  const problems: string[] = [];
  const folders = visibleEntries(root).filter((entry) => entry.isFolder);
  const has = (name: string) => folders.some((folder) => folder.name === name);
  const layout = 'expected are train/ and val/ (or test/), each with one folder a class';
  const training = has('train') ? scanClassFolders(root, 'train', problems) : new Map<string, string[]>();
  if (!has('train')) problems.push(`${root} has no folder train/: ${layout}`);
  const validationFolder = validationFolders.find(has);
  let validation = new Map<string, string[]>();
  if (!validationFolder) problems.push(`${root} has neither a folder val/ nor test/: ${layout}`);
  else if (existsSync(join(root, validationFolder, annotationsFile)))
    validation = readAnnotations(root, validationFolder, problems);
  else validation = scanClassFolders(root, validationFolder, problems);

  const classes = [...training.keys()].sort(compareCodeUnits);
  if (has('train') && classes.length < 2) {
    const found = classes.length === 1 ? `only one class (${classes[0]})` : 'no class folders';
    problems.push(`${join(root, 'train')} has ${found}: a data set needs at least two folders, one a class`);
  }
  if (has('train') && validationFolder) compareClasses(root, validationFolder, training, validation, problems);
  return { classes, training: inOrder(classes, training), validation: inOrder(classes, validation), problems };
}

function scanClassFolders(root: string, split: string, problems: string[]): Map<string, string[]> {
  const classes = new Map<string, string[]>();
  for (const entry of visibleEntries(join(root, split)))
    if (entry.isFolder) classes.set(entry.name, scanClass(root, `${split}/${entry.name}`, problems));
  return classes;
}

/** Images of one class, as paths relative to the root, sorted. */
function scanClass(root: string, folder: string, problems: string[]): string[] {
  const entries = visibleEntries(join(root, folder));
  let names = entries.filter((entry) => !entry.isFolder).map((entry) => entry.name);
  if (!names.some((name) => imageName.test(name))) {
    const inner = entries.filter((entry) => entry.isFolder);
    const nested = inner.flatMap((entry) =>
      visibleEntries(join(root, folder, entry.name))
        .filter((file) => !file.isFolder)
        .map((file) => `${entry.name}/${file.name}`),
    );
    // Beside folders of images lie their annotations: n01443537_boxes.txt.
    if (nested.length > 0) names = nested;
  }
  const images: string[] = [];
  for (const name of names) {
    if (imageName.test(name)) images.push(`${folder}/${name}`);
    else
      problems.push(
        `${join(root, folder, name)} is no .jpg, .jpeg or .png file: remove it, or convert it if it is an image`,
      );
  }
  if (images.length === 0)
    problems.push(`the class folder ${join(root, folder)} has no images: add JPEG or PNG files or remove it`);
  return images.sort(compareCodeUnits);
}

function readAnnotations(root: string, split: string, problems: string[]): Map<string, string[]> {
  const folder = join(root, split);
  const classes = new Map<string, string[]>();
  const inner = existsSync(join(folder, 'images')) ? `${split}/images` : split;
  const lines = readFileSync(join(folder, annotationsFile), 'utf8').split(/\r?\n/);
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const [name, className] = line.split('\t');
    if (!name || !className || /[/\\]/.test(name)) {
      const file = join(folder, annotationsFile);
      problems.push(`${file}, line ${i + 1}: expected is a file name, a tab and a class, not "${line.slice(0, 80)}"`);
      return;
    }
    const images = classes.get(className);
    if (images) images.push(`${inner}/${name}`);
    else classes.set(className, [`${inner}/${name}`]);
  });
  for (const images of classes.values()) images.sort(compareCodeUnits);
  return classes;
}

function compareClasses(
  root: string,
  validationFolder: string,
  training: Map<string, string[]>,
  validation: Map<string, string[]>,
  problems: string[],
): void {
  const onlyTraining = [...training.keys()].filter((name) => !validation.has(name));
  const onlyValidation = [...validation.keys()].filter((name) => !training.has(name));
  if (onlyTraining.length === 0 && onlyValidation.length === 0) return;
  const parts = [
    onlyTraining.length > 0 ? `only in train/: ${listNames(onlyTraining)}` : '',
    onlyValidation.length > 0 ? `only in ${validationFolder}/: ${listNames(onlyValidation)}` : '',
  ].filter((part) => part !== '');
  problems.push(
    `train/ and ${validationFolder}/ of ${root} have different classes (${parts.join('; ')}): both need the same class folders`,
  );
}

function listNames(names: string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

function inOrder(classes: string[], byClass: Map<string, string[]>): FolderSplit {
  const files: string[] = [];
  const labels: number[] = [];
  classes.forEach((name, label) => {
    for (const file of byClass.get(name) ?? []) {
      files.push(file);
      labels.push(label);
    }
  });
  return { files, labels };
}
