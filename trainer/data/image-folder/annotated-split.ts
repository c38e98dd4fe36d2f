import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compareCodeUnits, readFolder } from '../../../common/dataset/dataset-folder';
import { isImageName } from '../../../common/files/image-endings';
import { decodeText, EncodingError } from '../../../common/files/text-encoding';
import { type ClassFolders, ScanNotes, scanClassFolders } from './class-folders';

/** Tiny-ImageNet's list of the classes of a flat validation folder: file name, tab, class, and more. */
const annotationsFile = 'val_annotations.txt';
/** The folder beside it that the images lie in. */
const imagesFolder = 'images';

/**
 * Lists the images of a validation split, which has one folder a class or is as Tiny-ImageNet unpacks: flat, with a list of its
 * files and their classes. The list counts only where its files lie flat: scripts that sort them into class folders leave it behind.
 *
 * @param split its folder, relative to the data set's
 * @param chosen the classes to look at; null: all
 */
export function scanValidationSplit(split: string, chosen: ReadonlySet<string> | null, notes: ScanNotes): ClassFolders {
  const file = join(notes.root, split, annotationsFile);
  if (!existsSync(file)) return scanClassFolders(split, chosen, notes);
  const outer = readFolder(join(notes.root, split));
  const inner = outer.folders.includes(imagesFolder) ? readFolder(join(notes.root, split, imagesFolder)) : undefined;
  const flat: FlatImages = {
    file,
    place: inner ? `${split}/${imagesFolder}` : split,
    names: new Set((inner ?? outer).files.filter(isImageName)),
  };
  const isSortedInside = outer.folders.every((name) => name === imagesFolder);
  const place = isSortedInside ? flat.place : split;
  const scanSorted = (classes: typeof chosen, into: ScanNotes): ClassFolders => ({
    ...scanClassFolders(place, classes, into, place === split ? imagesFolder : undefined),
    folder: split,
  });
  if (isSortedInside && (inner?.folders ?? []).length === 0) return scanListed(split, flat, chosen, notes);
  if (flat.names.size === 0) return scanSorted(chosen, notes);
  const sorted = [...scanSorted(null, new ScanNotes(notes.root)).byClass].flatMap(([name, paths]) =>
    paths.map((path) => `${name}/${basename(path)}`),
  );
  if (sorted.length === 0) return scanListed(split, flat, chosen, notes);
  const isIn = new Set(sorted);
  if (!isSortedInside && readAnnotations(file, []).every(({ name, className }) => isIn.has(`${className}/${name}`))) {
    for (const name of flat.names) notes.passedOver.add('copy', `${flat.place}/${name}`);
    return scanSorted(chosen, notes);
  }
  notes.problems.push(
    `${join(notes.root, split)} is only partly sorted: ${sorted.length} images lie in class folders, ${flat.names.size} flat in ${flat.place}/: finish sorting, or move all of them back`,
  );
  return scanSorted(chosen, notes);
}

interface FlatImages {
  /** The list. */
  file: string;
  /** Folder with the images, relative to the data set's. */
  place: string;
  names: ReadonlySet<string>;
}

/** The images that the list names, whether they are there or not. */
function scanListed(
  split: string,
  { file, place, names }: FlatImages,
  chosen: ReadonlySet<string> | null,
  { root, problems, passedOver }: ScanNotes,
): ClassFolders {
  const found: ClassFolders = { folder: split, byClass: new Map(), unlisted: [] };
  const listed = readAnnotations(file, problems);
  for (const { name, className } of listed) {
    if (chosen?.has(className) === false) continue;
    const images = found.byClass.get(className);
    if (images) images.push(`${place}/${name}`);
    else found.byClass.set(className, [`${place}/${name}`]);
  }
  for (const images of found.byClass.values()) images.sort(compareCodeUnits);
  const missing = listed.filter(({ name }) => !names.has(name));
  if (missing.length > 0)
    problems.push(
      `${file} lists ${missing.length} ${missing.length === 1 ? 'image that is' : 'images that are'} not in ${join(root, place)}, such as ${missing[0].name}: restore, or remove from the list`,
    );
  const isListed = new Set(listed.map(({ name }) => name));
  for (const name of names) if (!isListed.has(name)) passedOver.add('classless', `${place}/${name}`);
  for (const folder of new Set([split, place])) {
    const contents = readFolder(join(root, folder));
    passedOver.addRest(contents, folder);
    for (const name of contents.files) if (!isImageName(name)) passedOver.addFile(`${folder}/${name}`, name);
  }
  return found;
}

function readAnnotations(file: string, problems: string[]): { name: string; className: string }[] {
  let text: string;
  try {
    text = decodeText(readFileSync(file));
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    problems.push(`${file}, line ${error.line}: ${error.message}`);
    return [];
  }
  const lineOf = new Map<string, number>();
  const entries: { name: string; className: string }[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [name, className] = line.split('\t');
    const earlier = lineOf.get(name);
    if (!name || !className || /[/\\]/.test(name))
      problems.push(`${file}, line ${i + 1}: expected is a file name, a tab and a class, not "${line.slice(0, 80)}"`);
    else if (earlier !== undefined)
      problems.push(`${file}, line ${i + 1}: ${name} is there twice (first in line ${earlier}): remove one`);
    else {
      lineOf.set(name, i + 1);
      entries.push({ name, className });
    }
  }
  return entries;
}
