import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isImageName } from '../experiment/image-endings';
import { type ClassList, readClassList } from './class-list';
import { compareCodeUnits, folderNames, visibleEntries } from './dataset-folder';

/** The files of one part of an image folder, in the order of their data-set index. */
export interface FolderSplit {
  /** Name of the split's folder, relative to the data set's; undefined where there is none. */
  folder: string | undefined;
  /** Paths relative to the data set's folder, with slashes: `train/cat/0001.jpg`. */
  files: string[];
  /** Class number of each file. */
  labels: number[];
}

/** What lies in an image folder, by the names alone: no file has been opened. */
export interface FolderScan {
  /** Names of the training classes, or of the listed ones, sorted. */
  classes: string[];
  training: FolderSplit;
  validation: FolderSplit;
  /** What makes the folder unusable, as sentences that name the file or folder and the remedy; empty if it is sound. */
  problems: string[];
}

const validationFolders = ['val', 'test'];
const layout = 'expected are train/ and val/ (or test/), each with one folder a class';
/** Tiny-ImageNet's list of the classes of a flat validation folder: file name, tab, class, and more. */
const annotationsFile = 'val_annotations.txt';

/**
 * Lists an image folder: `train/` and `val/` (or `test/`), each with one folder a class. The images of a class lie in its
 * folder, or in a folder inside it as in Tiny-ImageNet (`n01443537/images/`). A flat validation folder with Tiny-ImageNet's
 * `val_annotations.txt` is read too. Classes are sorted by name, then files by name, both by code unit.
 *
 * @param root absolute path of an existing folder
 * @param classFile absolute path of a list of classes: only these are looked at; null: all that there are
 * @throws DatasetError if the list or a folder cannot be read
 */
export function scanImageFolder(root: string, classFile: string | null = null): FolderScan {
  const problems: string[] = [];
  const list = classFile === null ? null : readClassList(classFile);
  const chosen = list && new Set(list.classes.map(({ name }) => name));
  if (list) problems.push(...list.problems);
  const hasTraining = folderNames(root).includes('train');
  const training = hasTraining ? scanClassFolders(root, 'train', chosen, problems) : new Map<string, string[]>();
  if (!hasTraining) problems.push(`${root} has no folder train/: ${layout}`);
  const { validationFolder, validation } = scanValidationPart(root, chosen, problems);

  if (list) {
    const classes = list.classes.map(({ name }) => name);
    if (hasTraining && validationFolder)
      compareWithList(root, list, { train: training, [validationFolder]: validation }, problems);
    return {
      classes,
      training: inOrder(classes, training, hasTraining ? 'train' : undefined),
      validation: inOrder(classes, validation, validationFolder),
      problems,
    };
  }
  const classes = [...training.keys()].sort(compareCodeUnits);
  if (hasTraining && classes.length < 2) {
    const found = classes.length === 1 ? `only one class (${classes[0]})` : 'no class folders';
    problems.push(`${join(root, 'train')} has ${found}: a data set needs at least two folders, one a class`);
  }
  if (hasTraining && validationFolder)
    compareClasses(root, validationFolder, classes, [...validation.keys()], problems);
  return {
    classes,
    training: inOrder(classes, training, hasTraining ? 'train' : undefined),
    validation: inOrder(classes, validation, validationFolder),
    problems,
  };
}

/** What says which classes a network has, where it isn't the folder itself. */
export interface KnownClasses {
  /** Absolute path of a list of classes, or null. */
  classFile: string | null;
  /** Names in the order of the network's outputs, where its run recorded them. */
  networkClasses?: readonly string[];
}

/**
 * The classes of an image folder whose images need not be there: those of the list, or the folders in `train/`, or what the
 * network is known to have; undefined if nothing says.
 *
 * @param root absolute path; need not exist
 * @param problems takes what is wrong, also that the network was trained on other classes
 */
export function knownClasses(
  root: string,
  { classFile, networkClasses }: KnownClasses,
  problems: string[],
): string[] | undefined {
  const training = join(root, 'train');
  let [names, place]: [string[] | undefined, string] = [undefined, training];
  if (classFile !== null) {
    const list = readClassList(classFile);
    problems.push(...list.problems);
    [names, place] = [list.classes.map(({ name }) => name), classFile];
  } else if (hasTrainingClasses(root)) names = folderNames(training);
  if (!names) return networkClasses && [...networkClasses];
  if (networkClasses && names.join('/') !== networkClasses.join('/')) {
    const added = names.filter((name) => !networkClasses.includes(name));
    const missing = networkClasses.filter((name) => !names.includes(name));
    const parts = [
      missing.length > 0 ? `without ${listNames(missing)}` : '',
      added.length > 0 ? `with ${listNames(added)}` : '',
    ].filter((part) => part !== '');
    problems.push(
      `${place} names other classes than those that the network was trained on (${parts.join('; ')}): use the data set that it was trained on`,
    );
  }
  return names;
}

/**
 * Lists the validation images of an image folder, as `scanImageFolder` does, without looking into `train/`, which may be missing:
 * then class folders that the network does not have are passed over.
 *
 * @param root absolute path of an existing folder
 * @throws DatasetError if the list or a folder cannot be read
 */
export function scanValidation(root: string, known: KnownClasses): Omit<FolderScan, 'training'> {
  const problems: string[] = [];
  const names = knownClasses(root, known, problems);
  const isComplete = known.classFile === null && hasTrainingClasses(root);
  const chosen = names && !isComplete ? new Set(names) : null;
  const { validationFolder, validation } = scanValidationPart(root, chosen, problems);
  const present = [...validation.keys()].sort(compareCodeUnits);
  const classes = names ?? present;
  if (validationFolder) {
    const place = join(root, validationFolder);
    const missing = classes.filter((name) => !validation.has(name));
    if (isComplete) compareClasses(root, validationFolder, classes, present, problems);
    else if (missing.length > 0)
      problems.push(
        `${place} has no images of ${missing.length} of ${classes.length} classes (${listNames(missing)}): add them`,
      );
    else if (classes.length < 2) problems.push(`${place} has ${classes.length} class folders: at least two are needed`);
  }
  return { classes, validation: inOrder(classes, validation, validationFolder), problems };
}

/**
 * Lists the validation images that there are, for whoever looks at single ones: a class that has none is no matter then, nor are
 * other files. Where nothing says which classes there are, the same as `scanValidation`.
 *
 * @throws DatasetError if the list or a folder cannot be read
 */
export function listValidation(root: string, known: KnownClasses): Omit<FolderScan, 'training'> {
  const problems: string[] = [];
  const classes = knownClasses(root, known, problems);
  const { validationFolder, validation } = scanValidationPart(root, classes ? new Set(classes) : null, []);
  if (!classes || !validationFolder) return scanValidation(root, known);
  return { classes, validation: inOrder(classes, validation, validationFolder), problems };
}

/**
 * Lists the training images that there are, for whoever looks at single ones. What is wrong with the folder is no matter then.
 *
 * @param classes those that count
 */
export function listTraining(root: string, classes: readonly string[]): FolderSplit {
  if (!existsSync(join(root, 'train'))) return { folder: undefined, files: [], labels: [] };
  return inOrder(classes, scanClassFolders(root, 'train', new Set(classes), []), 'train');
}

const hasTrainingClasses = (root: string): boolean =>
  existsSync(join(root, 'train')) && folderNames(join(root, 'train')).length > 0;

/** @param chosen the classes to look at; null: all */
function scanValidationPart(
  root: string,
  chosen: ReadonlySet<string> | null,
  problems: string[],
): { validationFolder: string | undefined; validation: Map<string, string[]> } {
  const names = folderNames(root);
  const validationFolder = validationFolders.find((name) => names.includes(name));
  if (!validationFolder) {
    problems.push(`${root} has neither a folder val/ nor test/: ${layout}`);
    return { validationFolder, validation: new Map() };
  }
  const isAnnotated = existsSync(join(root, validationFolder, annotationsFile));
  const scan = isAnnotated ? readAnnotations : scanClassFolders;
  return { validationFolder, validation: scan(root, validationFolder, chosen, problems) };
}

/** @param chosen the classes to look at; null: all */
function scanClassFolders(
  root: string,
  split: string,
  chosen: ReadonlySet<string> | null,
  problems: string[],
): Map<string, string[]> {
  const classes = new Map<string, string[]>();
  for (const entry of visibleEntries(join(root, split)))
    if (entry.isFolder && chosen?.has(entry.name) !== false)
      classes.set(entry.name, scanClass(root, `${split}/${entry.name}`, problems));
  return classes;
}

/** Images of one class, as paths relative to the root, sorted. */
export function scanClass(root: string, folder: string, problems: string[]): string[] {
  const entries = visibleEntries(join(root, folder));
  let names = entries.filter((entry) => !entry.isFolder).map((entry) => entry.name);
  if (!names.some((name) => isImageName(name))) {
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
    if (isImageName(name)) images.push(`${folder}/${name}`);
    else
      problems.push(
        `${join(root, folder, name)} is no .jpg, .jpeg or .png file: remove it, or convert it if it is an image`,
      );
  }
  if (images.length === 0)
    problems.push(`the class folder ${join(root, folder)} has no images: add JPEG or PNG files or remove it`);
  return images.sort(compareCodeUnits);
}

function readAnnotations(
  root: string,
  split: string,
  chosen: ReadonlySet<string> | null,
  problems: string[],
): Map<string, string[]> {
  const folder = join(root, split);
  const classes = new Map<string, string[]>();
  const lineOf = new Map<string, number>();
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
    const earlier = lineOf.get(name);
    if (earlier !== undefined) {
      problems.push(
        `${join(folder, annotationsFile)}, line ${i + 1}: ${name} is there twice (first in line ${earlier}): remove one`,
      );
      return;
    }
    lineOf.set(name, i + 1);
    if (chosen?.has(className) === false) return;
    const images = classes.get(className);
    if (images) images.push(`${inner}/${name}`);
    else classes.set(className, [`${inner}/${name}`]);
  });
  for (const images of classes.values()) images.sort(compareCodeUnits);
  return classes;
}

/** Says which listed classes have no images in one of the parts. */
function compareWithList(
  root: string,
  { file, classes }: ClassList,
  parts: Record<string, ReadonlyMap<string, string[]>>,
  problems: string[],
): void {
  for (const { name, line } of classes) {
    const missing = Object.keys(parts).filter((part) => !parts[part].has(name));
    if (missing.length === 0) continue;
    const where = missing.map((part) => `${part}/`).join(' and ');
    problems.push(
      `${file}, line ${line}: ${where} of ${root} ${missing.length > 1 ? 'have' : 'has'} no class ${name}: correct the list or add its images`,
    );
  }
}

function compareClasses(
  root: string,
  validationFolder: string,
  training: readonly string[],
  validation: readonly string[],
  problems: string[],
): void {
  const onlyTraining = training.filter((name) => !validation.includes(name));
  const onlyValidation = validation.filter((name) => !training.includes(name));
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

function inOrder(
  classes: readonly string[],
  byClass: ReadonlyMap<string, string[]>,
  folder: string | undefined,
): FolderSplit {
  const files: string[] = [];
  const labels: number[] = [];
  classes.forEach((name, label) => {
    for (const file of byClass.get(name) ?? []) {
      files.push(file);
      labels.push(label);
    }
  });
  return { folder, files, labels };
}
