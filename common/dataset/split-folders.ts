import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatasetError } from '../errors/dataset-error';
import { isImageName } from '../files/image-endings';
import { listNames, showName } from './class-names';
import { folderNames, readFolder } from './dataset-folder';

const names = {
  training: ['train', 'training'],
  validation: ['val', 'valid', 'validation'],
  /** For validation too, where none of the common names is there. */
  alsoValidation: ['validate', 'dev', 'eval'],
  test: ['test', 'testing'],
};

/** The folders in a data set's folder that are one of its splits by their names, whatever the case of their letters. */
export interface SplitFolders {
  root: string;
  training: string[];
  validation: string[];
  test: string[];
  /** The other folders. */
  others: string[];
  /** Broken links of such a name. */
  brokenLinks: string[];
}

/**
 * @param root absolute path; need not exist
 * @throws DatasetError if the folder cannot be read
 */
export function findSplits(root: string): SplitFolders {
  const { folders, brokenLinks } = existsSync(root) ? readFolder(root) : { folders: [], brokenLinks: [] };
  const isOf = (split: readonly string[]) => (name: string) => split.includes(name.toLowerCase());
  const common = folders.filter(isOf(names.validation));
  const splits = {
    training: folders.filter(isOf(names.training)),
    validation: common.length > 0 ? common : folders.filter(isOf(names.alsoValidation)),
    test: folders.filter(isOf(names.test)),
  };
  const found = new Set(Object.values(splits).flat());
  return {
    root,
    ...splits,
    others: folders.filter((name) => !found.has(name)),
    brokenLinks: brokenLinks.filter(isSplitName),
  };
}

/** "train/ and val/" */
export const foldersNamed = (names: readonly string[]): string => names.map((name) => `${name}/`).join(' and ');

/** Whether a folder has the name of a split. */
export const isSplitName = (name: string): boolean => Object.values(names).flat().includes(name.toLowerCase());

/**
 * The one folder of a split; undefined where there is none, or more than one.
 * @param problems receives why no folder can be picked
 */
export function onlyFolder(candidates: readonly string[], root: string, problems: string[]): string | undefined {
  if (candidates.length <= 1) return candidates[0];
  problems.push(
    `${root} has ${foldersNamed(candidates)}, and nothing says which of them is meant: rename or move away all but one`,
  );
  return undefined;
}

/** The one folder whose images are for validation, as `onlyFolder`: `test/` counts where there is no other. */
export const validationFolder = ({ root, validation, test }: SplitFolders, problems: string[]): string | undefined =>
  onlyFolder(validation.length > 0 ? validation : test, root, problems);

/** Says that a data set has no training split, and what may have been meant. */
export function missingTraining({ root, others, brokenLinks }: SplitFolders): string {
  const missing = `${root} has no folder train/`;
  const link = brokenLinks.find((name) => names.training.includes(name.toLowerCase()));
  if (link !== undefined) return `${missing}, only a broken link ${link}: restore its target`;
  const nearby = nearbyDataset(root);
  if (nearby !== undefined) return `${missing}, but ${nearby} has: give that as the path of the data set`;
  const splits = namedAlike(root, others);
  if (splits.length > 0)
    return `${missing}, but ${splits.map((name) => `${name}/`).join(', ')}: if these are its splits, rename them to train/, val/ and test/`;
  const classes = others.filter((name) => hasImages(join(root, name)));
  if (classes.length > 1)
    return `${missing}, but folders that look like classes (${listNames(classes, 3)}): move them into ${join(root, 'train')} and let dataset.validation hold a part of the images out, or sort the images into train/ and val/`;
  return `${missing}: ${expectedSplits}`;
}

/** Says that a data set has no validation split. */
export function missingValidation({ root, others, brokenLinks }: SplitFolders): string {
  const missing = `${root} has no folder val/ (nor valid/, validation/, test/)`;
  const link = brokenLinks.find((name) => !names.training.includes(name.toLowerCase()));
  if (link !== undefined) return `${missing}, only a broken link ${link}: restore its target`;
  const splits = namedAlike(root, others);
  if (splits.length > 0)
    return `${missing}, but ${splits.map((name) => `${name}/`).join(', ')}: if ${splits.length > 1 ? 'one of these is' : 'this is'} for validation, rename it to val/`;
  return `${missing}: make one with the class folders of train/, or let dataset.validation hold out a part of the training images`;
}

/** Says that a part of `train/` is to be held out though there is a split for validation; undefined where there is none. */
export function needlessHoldOut({ root, validation: [folder] }: SplitFolders): string | undefined {
  if (folder === undefined) return undefined;
  return `dataset.validation holds out a part of train/ for validation, but ${root} has ${folder}/ for it: remove dataset.validation from the experiment, or move ${folder}/ away`;
}

/** Says that a training split has no two classes. */
export function tooFewClasses(root: string, folder: string, classes: readonly string[]): string {
  const place = join(root, folder);
  const [only] = classes;
  const found = only === undefined ? 'no class folders' : `only one class (${showName(only)})`;
  const inside = only === undefined ? [] : folderNames(join(place, only));
  const hint =
    inside.length > 1
      ? `; if those in ${folder}/${only}/ are the classes (${listNames(inside, 3)}), move them up into ${folder}/`
      : '';
  return `${place} has ${found}: a data set needs at least two folders, one a class${hint}`;
}

const expectedSplits = 'expected are train/ and val/ (or valid/, validation/, test/), each with one folder a class';

/** Folders with images whose names are a split's and more: train_set, val2017, test-images. */
const namedAlike = (root: string, folders: readonly string[]): string[] =>
  folders.filter((name) => isSplitName(/^[a-z]+(?=[\W\d_])/i.exec(name)?.[0] ?? '') && hasImages(join(root, name), 3));

/** Folders that are searched for a hint, at most. */
const maxFolders = 100;

/** The data set's folder near a folder that is none: one or two folders below, or the one that it is itself a split of. */
export function nearbyDataset(root: string): string | undefined {
  const isDataset = (folder: string) => ofReadable(() => findSplits(folder).training.length > 0, false);
  const below = (folder: string) =>
    ofReadable(() => folderNames(folder), [])
      .slice(0, maxFolders)
      .map((name) => join(folder, name));
  const children = below(root);
  const found = children.find(isDataset) ?? children.slice(0, 10).flatMap(below).find(isDataset);
  if (found !== undefined) return found;
  return isSplitName(basename(root)) && isDataset(dirname(root)) ? dirname(root) : undefined;
}

/** Whether images lie in a folder, or in one inside. */
export function hasImages(folder: string, depth = 2): boolean {
  const contents = ofReadable(() => readFolder(folder), undefined);
  if (!contents) return false;
  if (contents.files.some(isImageName)) return true;
  return depth > 1 && contents.folders.slice(0, maxFolders).some((name) => hasImages(join(folder, name), depth - 1));
}

function ofReadable<T>(question: () => T, otherwise: T): T {
  try {
    return question();
  } catch (error) {
    if (error instanceof DatasetError) return otherwise;
    throw error;
  }
}
