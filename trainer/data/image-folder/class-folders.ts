import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { compareCodeUnits, type FolderContents, readFolder } from '../../../common/dataset/dataset-folder';
import { DatasetError } from '../../../common/errors/dataset-error';
import { isImageName } from '../../../common/files/image-endings';
import { PassedOver } from './passed-over';

/** What is found while a data set's folder is listed. */
export class ScanNotes {
  /** What makes the folder unusable, as sentences that name the file or folder and the remedy. */
  readonly problems: string[] = [];
  /** What leaves it usable, but should be known. */
  readonly warnings: string[] = [];
  readonly passedOver: PassedOver;

  /** @param root absolute path of the data set's folder */
  constructor(readonly root: string) {
    this.passedOver = new PassedOver(root);
  }

  allProblems(): string[] {
    return [...this.problems, ...this.passedOver.problems()];
  }
}

/** The images of a split, by class. */
export interface ClassFolders {
  /** Name of the split's folder. */
  folder: string;
  /** Paths relative to the data set's folder, with slashes, sorted, of each class. */
  byClass: Map<string, string[]>;
  /** Class folders that were not asked for. */
  unlisted: string[];
}

/**
 * Lists the images of a split with one folder a class.
 *
 * @param split its folder, relative to the data set's
 * @param chosen the classes to look at; null: all
 * @param except a folder that is no class
 */
export function scanClassFolders(
  split: string,
  chosen: ReadonlySet<string> | null,
  notes: ScanNotes,
  except?: string,
): ClassFolders {
  const { passedOver } = notes;
  const scanned: ClassFolders = { folder: split, byClass: new Map(), unlisted: [] };
  const contents = contentsOf(split, notes);
  if (!contents) return scanned;
  passedOver.addRest(contents, split);
  for (const name of contents.files) {
    if (isImageName(name)) passedOver.add('classless', `${split}/${name}`);
    else passedOver.addFile(`${split}/${name}`, name);
  }
  for (const name of contents.folders) {
    if (name === except) continue;
    if (chosen?.has(name) === false) {
      scanned.unlisted.push(name);
      passedOver.add('unlisted', `${split}/${name}`);
    } else scanned.byClass.set(name, scanClass(`${split}/${name}`, notes));
  }
  return scanned;
}

/** The images of one class, as `imagesBelow`; none is a problem. */
export function scanClass(folder: string, notes: ScanNotes): string[] {
  const images = imagesBelow(folder, notes);
  if (images.length === 0)
    notes.problems.push(`the class folder ${join(notes.root, folder)} has no images: add some, or remove it`);
  return images;
}

/**
 * Lists the images in a folder and in the folders inside, whatever their depth. Links to folders are followed, but for those that
 * lead back.
 *
 * @param folder relative to the data set's, with slashes; '' for that itself
 * @returns paths relative to the data set's folder, with slashes, sorted by code unit
 */
export function imagesBelow(folder: string, notes: ScanNotes): string[] {
  const images: string[] = [];
  const { root, passedOver } = notes;
  let isNested = false;
  const visit = (place: string, above: readonly string[]) => {
    const contents = contentsOf(place, notes);
    if (!contents) return;
    const { files, folders, linked } = contents;
    const before = place === '' ? '' : `${place}/`;
    passedOver.addRest(contents, place);
    for (const name of files) {
      if (isImageName(name)) images.push(before + name);
      else passedOver.addFile(before + name, name);
    }
    for (const name of folders) {
      isNested = true;
      const inner = before + name;
      if (linked.has(name) && leadsBack(root, inner, [...above, place])) passedOver.add('cycle', inner);
      else visit(inner, [...above, place]);
    }
  };
  visit(folder, []);
  return isNested ? images.sort(compareCodeUnits) : images;
}

/** Whether a link leads to a folder that it lies in. */
function leadsBack(root: string, link: string, above: readonly string[]): boolean {
  const target = realpathSync(join(root, link));
  return above.some((folder) => {
    const place = realpathSync(join(root, folder));
    return place === target || place.startsWith(target.endsWith(sep) ? target : target + sep);
  });
}

/** Undefined where the folder cannot be read, which is a problem. */
function contentsOf(folder: string, { root, problems }: ScanNotes): FolderContents | undefined {
  try {
    return readFolder(folder === '' ? root : `${root}/${folder}`);
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    problems.push(`${error.message}: make it readable, or remove it`);
    return undefined;
  }
}
