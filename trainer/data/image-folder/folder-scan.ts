import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import {
  classesByName,
  isOutOfNumericOrder,
  listNames,
  lookAlikes,
  showName,
} from '../../../common/dataset/class-names';
import { readFolder } from '../../../common/dataset/dataset-folder';
import {
  findSplits,
  missingTraining,
  missingValidation,
  needlessHoldOut,
  onlyFolder,
  type SplitFolders,
  tooFewClasses,
  validationFolder,
} from '../../../common/dataset/split-folders';
import { type ClassList, readClassList } from '../class-list';
import { compareWithNetwork, otherClasses } from '../data-identity';
import { scanValidationSplit } from './annotated-split';
import { type ClassFolders, ScanNotes, scanClassFolders } from './class-folders';
import { drawHeldOut, type HeldOut } from './held-out';
import type { PassedOverCount } from './passed-over';

/** The files of one part of an image folder, in the order of their data-set index: by class name, then by path. */
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
  /** Names of the classes in the order of the labels: that of the list, or of the network, else by name. */
  classes: string[];
  training: FolderSplit;
  validation: FolderSplit;
  /** What makes the folder unusable, as sentences that name the file or folder and the remedy; empty if it is sound. */
  problems: string[];
  /** What leaves it usable, but should be known. */
  warnings: string[];
  /** What in the splits' folders is not read, by reason. */
  passedOver: PassedOverCount[];
}

/** What says which classes there are and which images are for validation, where it isn't the folder itself. */
export interface ScanOptions {
  /** Absolute path of a list of classes: only these are looked at, and its lines are the order of the labels; null: all that there are. */
  classFile: string | null;
  /** The part of the training images that is held out for validation; null: none. */
  heldOut: HeldOut | null;
  /** Names in the order of the network's outputs, where its run recorded them. */
  networkClasses?: readonly string[];
}

const onlyTheFolder: ScanOptions = { classFile: null, heldOut: null };

/**
 * Lists an image folder: `train/` and a validation split, each with one folder a class, in which images lie at any depth. A flat
 * validation folder with Tiny-ImageNet's `val_annotations.txt` is read too. Names are in the order of their code units.
 *
 * @param root absolute path of an existing folder
 * @throws DatasetError if the list or the folder cannot be read
 */
export function scanImageFolder(root: string, options: ScanOptions = onlyTheFolder): FolderScan {
  const notes = new ScanNotes(root);
  const { problems, warnings } = notes;
  const known = knownClasses(root, options, notes);
  const { list, splits, trainingFolder } = known;
  const chosen = list ? new Set(known.names) : null;
  const all = trainingFolder === undefined ? undefined : scanClassFolders(trainingFolder, chosen, notes);
  if (splits.training.length === 0) problems.push(missingTraining(splits));
  const { training, validation } = splitParts(known, options.heldOut, all, chosen, notes);
  if (splits.training.length > 0 && isWithoutValidation(splits, options)) problems.push(missingValidation(splits));
  if (validation && validation.folder !== training?.folder && splits.validation.length === 0)
    warnings.push(
      `${join(root, validation.folder)} is used for validation, so it chooses the best checkpoint, and its accuracy is no longer that of a test: make val/ of some of the training images, or let dataset.validation hold some out, and evaluate on ${validation.folder}/ at the end`,
    );
  if (training && validation && isSameFolder(root, training.folder, validation.folder) && !options.heldOut)
    warnings.push(
      `${join(root, validation.folder)} is a link to the training images, so its accuracy is theirs and chooses the best checkpoint: make val/ of other images, or let dataset.validation hold some out`,
    );
  if (list)
    compareWithList(
      root,
      list,
      (options.heldOut ? [all] : [all, validation]).filter((part) => part !== undefined),
      problems,
    );
  else if (all) {
    const names = [...all.byClass.keys()];
    if (names.length < 2) problems.push(tooFewClasses(root, all.folder, names));
    if (validation)
      compareClasses(root, [all.folder, names], [validation.folder, [...validation.byClass.keys()]], problems);
  }
  return scanOf(labelled(known, all ?? validation), { training, validation }, { known, options }, notes);
}

/**
 * Lists the validation images of an image folder, as `scanImageFolder` does, without looking into `train/`, which may be missing,
 * unless they are a part of it. Where it is missing, class folders that the network does not have are passed over.
 *
 * @param root absolute path of an existing folder
 * @throws DatasetError if the list or a folder cannot be read
 */
export function scanValidation(root: string, options: ScanOptions): FolderScan {
  const notes = new ScanNotes(root);
  const { problems } = notes;
  const known = knownClasses(root, options, notes);
  const { list, names, splits, trainingNames } = known;
  const isComplete = !list && trainingNames.length > 0;
  const chosen = names && !isComplete ? new Set(names) : null;
  const { validation } = splitParts(known, options.heldOut, undefined, chosen, notes);
  if (isWithoutValidation(splits, options)) problems.push(missingValidation(splits));
  else if (options.heldOut && splits.training.length === 0) problems.push(missingTraining(splits));
  const classes = labelled(known, validation);
  if (validation) {
    const place = join(root, validation.folder);
    const present = [...validation.byClass.keys()];
    const missing = classes.filter((name) => !validation.byClass.has(name));
    if (isComplete)
      compareClasses(root, [known.trainingFolder!, trainingNames], [validation.folder, present], problems);
    else if (missing.length > 0)
      problems.push(
        `${place} has no images of ${missing.length} of ${classes.length} classes (${listNames(missing)}${alike(missing, validation.unlisted)}): add them`,
      );
    else if (classes.length < 2) problems.push(`${place} has ${classes.length} class folders: at least two are needed`);
  }
  return scanOf(classes, { validation }, { known, options, isForNetwork: true }, notes);
}

/**
 * Lists the validation images that there are, for whoever looks at single ones: a class that has none is no matter then, nor are
 * other files. Where nothing says which classes there are, the same as `scanValidation`.
 *
 * @throws DatasetError if the list or a folder cannot be read
 */
export function listValidation(root: string, options: ScanOptions): FolderScan {
  const notes = new ScanNotes(root);
  const known = knownClasses(root, options, notes);
  const chosen = known.names ? new Set(known.names) : null;
  const { validation } = splitParts(known, options.heldOut, undefined, chosen, new ScanNotes(root));
  if (!known.names || !validation) return scanValidation(root, options);
  return scanOf(known.names, { validation }, { known, options, isForNetwork: true }, notes);
}

/**
 * Lists the training images that there are, for whoever looks at single ones. What is wrong with the folder is no matter then.
 *
 * @param classes those that count
 */
export function listTraining(
  root: string,
  classes: readonly string[],
  { heldOut }: Pick<ScanOptions, 'heldOut'>,
): FolderSplit {
  const notes = new ScanNotes(root);
  const folder = onlyFolder(findSplits(root).training, root, []);
  if (folder === undefined) return inOrder(classes, undefined);
  const all = scanClassFolders(folder, new Set(classes), notes);
  return inOrder(classes, heldOut ? holdOut(all, heldOut, notes).training : all);
}

/** Which classes there are, and what says so. */
export interface KnownClasses {
  /** In the order of the labels; undefined if nothing says. */
  names: readonly string[] | undefined;
  list: ClassList | undefined;
  splits: SplitFolders;
  trainingFolder: string | undefined;
  /** The class folders in it, by name. */
  trainingNames: string[];
}

/**
 * The classes of an image folder whose images need not be there: those of the list, or the folders in `train/`, or what the
 * network is known to have. Where the network has the same, its order is that of the labels.
 *
 * @param root absolute path; need not exist
 * @param notes takes what is wrong, also that the network was trained on other classes
 */
export function knownClasses(
  root: string,
  { classFile, networkClasses }: Pick<ScanOptions, 'classFile' | 'networkClasses'>,
  notes: ScanNotes,
): KnownClasses {
  const { problems } = notes;
  const list = listOf(classFile, networkClasses, notes);
  if (list) problems.push(...list.problems);
  const splits = findSplits(root);
  const trainingFolder = onlyFolder(splits.training, root, problems);
  const contents = trainingFolder === undefined ? undefined : readFolder(join(root, trainingFolder));
  const trainingNames = contents?.folders ?? [];
  const known = { list, splits, trainingFolder, trainingNames };
  const found = list?.classes.map(({ name }) => name) ?? (trainingNames.length > 0 ? trainingNames : undefined);
  if (!found || !networkClasses) return { ...known, names: found ?? networkClasses };
  const place = classFile ?? join(root, trainingFolder!);
  const comparison = compareWithNetwork(networkClasses, found, 'image-folder');
  if (comparison.kind === 'other') {
    problems.push(otherClasses(place, `${comparison.difference}${alike(found, networkClasses)}`));
    return { ...known, names: found };
  }
  if (comparison.kind === 'reordered')
    notes.warnings.push(
      `${place} has the classes in another order than the network was trained with: labels go by name, in the network’s order (${listNames(networkClasses, 3)})`,
    );
  return { ...known, names: networkClasses };
}

/** The list of classes; where its file is gone, but a run recorded what was in it, that. @throws DatasetError */
function listOf(
  file: string | null,
  networkClasses: readonly string[] | undefined,
  { warnings }: ScanNotes,
): ClassList | undefined {
  if (file === null) return undefined;
  if (!networkClasses || existsSync(file)) return readClassList(file);
  warnings.push(`the list of classes ${file} does not exist: the classes are those that the network was trained on`);
  return { file, classes: networkClasses.map((name, i) => ({ name, line: i + 1 })), problems: [] };
}

/** Classes in the order of the labels: the known ones, else by name. */
const labelled = ({ names }: KnownClasses, part: ClassFolders | undefined): readonly string[] =>
  names ?? classesByName([...(part?.byClass.keys() ?? [])]);

/** What is asked about the order of the labels. */
interface OrderQuestion {
  known: Pick<KnownClasses, 'list'>;
  options: Pick<ScanOptions, 'networkClasses'>;
  /** The network was trained, here or elsewhere, in an order that is not known. */
  isForNetwork?: boolean;
}

/**
 * Warns where the order of the labels may be another than that of whoever reads or made them.
 * @param place that the classes are those of
 */
export function noteOrder(
  classes: readonly string[],
  place: string,
  { known: { list }, options: { networkClasses }, isForNetwork = false }: OrderQuestion,
  { warnings }: ScanNotes,
): void {
  if (networkClasses) return;
  if (!list && isOutOfNumericOrder(classes))
    warnings.push(
      `the classes of ${place} are numbered in the order of their names, ${classes.slice(0, 5).join(', ')} …, not of the numbers in them: where a checkpoint or a table counts them otherwise, name a file with one class a line in that order in dataset.classes`,
    );
  if (list && isForNetwork && classesByName(classes).some((name, i) => name !== classes[i]))
    warnings.push(
      `${list.file} numbers the classes in the order of its lines, ${listNames(classes, 3)}: if the checkpoint was made with torchvision's ImageFolder, or without the list, they are in the order of their names, so sort the lines`,
    );
}

function scanOf(
  classes: readonly string[],
  parts: { training?: ClassFolders; validation?: ClassFolders },
  question: OrderQuestion,
  notes: ScanNotes,
): FolderScan {
  const { root, warnings, passedOver } = notes;
  for (const pair of lookAlikes(classes))
    warnings.push(
      `${root} has two classes whose names look alike, ${pair}: rename one, or join them if they are one class`,
    );
  noteOrder(classes, root, question, notes);
  // A list says itself which folders do not count.
  const rest = question.known.list ? passedOver.warning() : passedOver.warning('unlisted');
  if (rest !== undefined) warnings.push(rest);
  return {
    classes: [...classes],
    training: inOrder(classes, parts.training),
    validation: inOrder(classes, parts.validation),
    problems: notes.allProblems(),
    warnings,
    passedOver: passedOver.counts(),
  };
}

/** Training and validation images: of two folders, or of one, part of which is held out. */
function splitParts(
  { splits, trainingFolder }: KnownClasses,
  heldOut: HeldOut | null,
  scanned: ClassFolders | undefined,
  chosen: ReadonlySet<string> | null,
  notes: ScanNotes,
): { training?: ClassFolders; validation?: ClassFolders } {
  if (!heldOut) {
    const folder = validationFolder(splits, notes.problems);
    return {
      training: scanned,
      validation: folder === undefined ? undefined : scanValidationSplit(folder, chosen, notes),
    };
  }
  const needless = needlessHoldOut(splits);
  if (needless !== undefined) notes.problems.push(needless);
  if (trainingFolder === undefined) return {};
  return holdOut(scanned ?? scanClassFolders(trainingFolder, chosen, notes), heldOut, notes);
}

function holdOut(
  all: ClassFolders,
  heldOut: HeldOut,
  { root, problems }: ScanNotes,
): { training: ClassFolders; validation: ClassFolders } {
  const [training, validation] = [new Map<string, string[]>(), new Map<string, string[]>()];
  for (const [name, files] of all.byClass) {
    if (files.length === 1)
      problems.push(
        `the class folder ${join(root, all.folder, name)} has a single image, of which dataset.validation can hold none out: add images, or remove it`,
      );
    const inside = files.map((file) => file.slice(all.folder.length + 1));
    const chosen = files.length > 1 ? drawHeldOut(inside, heldOut) : new Set<number>();
    training.set(
      name,
      files.filter((_, i) => !chosen.has(i)),
    );
    validation.set(
      name,
      files.filter((_, i) => chosen.has(i)),
    );
  }
  return { training: { ...all, byClass: training }, validation: { ...all, byClass: validation } };
}

/** No folder for validation, and no part of the training images either. */
const isWithoutValidation = ({ validation, test }: SplitFolders, { heldOut }: ScanOptions): boolean =>
  !heldOut && validation.length === 0 && test.length === 0;

const isSameFolder = (root: string, a: string, b: string): boolean =>
  realpathSync(join(root, a)) === realpathSync(join(root, b));

/** Above this number, missing classes of a list share a sentence. */
const maxNamed = 10;

/** Says which listed classes have no images in one of the parts. */
function compareWithList(
  root: string,
  { file, classes }: ClassList,
  parts: readonly ClassFolders[],
  problems: string[],
): void {
  const missing = classes.flatMap(({ name, line }) => {
    const without = parts.filter(({ byClass }) => !byClass.has(name));
    if (without.length === 0) return [];
    const where = `${without.map(({ folder }) => `${folder}/`).join(' and ')} of ${root} ${without.length > 1 ? 'have' : 'has'}`;
    const unlisted = without.flatMap((part) => part.unlisted);
    return [{ name, line, where, hint: alike([name], unlisted) || insideLine(name, unlisted) }];
  });
  const remedy = 'correct the list or add its images';
  if (missing.length <= maxNamed)
    for (const { name, line, where, hint } of missing)
      problems.push(`${file}, line ${line}: ${where} no class ${showName(name)}${hint}: ${remedy}`);
  else {
    const [{ line, where, hint }] = missing;
    const names = missing.map(({ name }) => name);
    problems.push(
      `${file}, from line ${line}: ${where} no class ${showName(names[0])}${hint}; so it is with ${names.length} of the ${classes.length} listed (${listNames(names)}): ${remedy}`,
    );
  }
}

/** Says that a line has a class folder's name, and more: quotes, commas, a number before it. */
function insideLine(line: string, folders: readonly string[]): string {
  const words = new Set(line.split(/[^\p{L}\p{N}_.]+/u));
  const folder = folders.find((name) => words.has(name));
  return folder === undefined ? '' : `; if ${showName(folder)} is meant, a line has this name and nothing around it`;
}

type NamedClasses = readonly [folder: string, names: readonly string[]];

function compareClasses(
  root: string,
  [trainingFolder, training]: NamedClasses,
  [validationFolder, validation]: NamedClasses,
  problems: string[],
): void {
  if (validation.length === 0) {
    problems.push(
      `${join(root, validationFolder)} has no class folders: it needs those of ${trainingFolder}/, with the validation images in them`,
    );
    return;
  }
  const [inTraining, inValidation] = [new Set(training), new Set(validation)];
  const onlyTraining = training.filter((name) => !inValidation.has(name));
  const onlyValidation = validation.filter((name) => !inTraining.has(name));
  if (onlyTraining.length === 0 && onlyValidation.length === 0) return;
  const parts = [
    onlyTraining.length > 0 ? `only in ${trainingFolder}/: ${listNames(onlyTraining)}` : '',
    onlyValidation.length > 0 ? `only in ${validationFolder}/: ${listNames(onlyValidation)}` : '',
  ].filter((part) => part !== '');
  problems.push(
    `${trainingFolder}/ and ${validationFolder}/ of ${root} have different classes (${parts.join('; ')}${alike(onlyTraining, onlyValidation)}): both need the same class folders`,
  );
}

/** What names that look alike differ in, to be put behind them; '' where none do. */
function alike(names: readonly string[], others: readonly string[]): string {
  const pairs = lookAlikes(names, others);
  return pairs.length === 0 ? '' : `; these only look alike: ${pairs.slice(0, 3).join('; ')}`;
}

function inOrder(classes: readonly string[], part: ClassFolders | undefined): FolderSplit {
  const split: FolderSplit = { folder: part?.folder, files: [], labels: [] };
  if (!part) return split;
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  for (const name of classesByName(classes)) {
    const label = labelOf.get(name)!;
    for (const file of part.byClass.get(name) ?? []) {
      split.files.push(file);
      split.labels.push(label);
    }
  }
  return split;
}
