import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { listNames, showName } from '../../common/dataset/class-names';
import { DatasetError } from '../../common/errors/dataset-error';
import { type DatasetSettings, recordedDatasetFacts } from '../../common/experiment/datasets/datasets';
import type { RunData, RunDataSplit } from '../../common/run/run-data';
import type { Dataset, ImageSet } from './dataset';

/** What a run records of its data set, and what later ones are compared with. */
export function dataIdentity(
  { classes, training, validation }: Dataset,
  settings: DatasetSettings,
  baseFolder: string,
): RunData {
  const path = 'path' in settings ? settings.path : null;
  return {
    format: 1,
    type: settings.type,
    path,
    place: path === null ? null : resolve(baseFolder, path),
    classes: [...classes],
    training: splitIdentity(training, classes, settings.type),
    validation: splitIdentity(validation, classes, settings.type),
  };
}

/**
 * The images of a split by their paths and the names of their classes. Neither the order of the labels nor the name of the split's
 * folder matters: `val/cat/1.png` counts as `cat/1.png`.
 */
export function splitIdentity(images: ImageSet, classes: readonly string[], type: string): RunDataSplit {
  const { count, labels, folder } = images;
  const perClass = new Array<number>(classes.length).fill(0);
  const pairs = new Array<string>(count);
  // CIFAR's labels are numbers, and the list that names them may be missing.
  const nameOf = areNumbered(type) ? String : (label: number) => classes[label];
  for (let i = 0; i < count; i++) {
    perClass[labels[i]]++;
    // A zero byte is in no path: pairs cannot be mistaken for others.
    pairs[i] = `${stablePath(images, i)}\0${nameOf(labels[i])}\0`;
  }
  const digest = createHash('sha256').update(pairs.sort().join('')).digest('hex');
  return { ...(folder !== undefined && { folder }), images: count, perClass, digest };
}

function stablePath({ path, folder }: ImageSet, index: number): string {
  const own = path(index);
  if (folder !== undefined && own.startsWith(`${folder}/`)) return own.slice(folder.length + 1);
  // CIFAR's two forms hold the same images under data_batch_1.bin#7 and data_batch_1#7.
  return own.replace(/\.bin(?=#\d+$)/, '');
}

/** How the classes of a data set compare with those that a network tells apart. */
export type ClassComparison =
  | { kind: 'same' }
  /** The same names: labels can be assigned by them. */
  | { kind: 'reordered' }
  /** What differs, in words: "without bee; with wasp". */
  | { kind: 'other'; difference: string };

/**
 * Compares classes by their names.
 * @param type of the data set: CIFAR without its list of names numbers its classes, which says nothing against any name
 */
export function compareWithNetwork(
  network: readonly string[],
  present: readonly string[],
  type: DatasetSettings['type'],
): ClassComparison {
  if (areNumbered(type) && network.length === present.length && (isNumbered(network) || isNumbered(present)))
    return { kind: 'same' };
  const [before, now] = [new Set(network), new Set(present)];
  const parts = [
    ['without', network.filter((name) => !now.has(name))],
    ['with', present.filter((name) => !before.has(name))],
  ] as const;
  const difference = parts.flatMap(([word, names]) => (names.length > 0 ? [`${word} ${listNames(names)}`] : []));
  if (difference.length > 0) return { kind: 'other', difference: difference.join('; ') };
  if (present.every((name, label) => name === network[label])) return { kind: 'same' };
  // The labels of CIFAR's files are numbers: a list in another order gives them other names.
  return areNumbered(type) ? { kind: 'other', difference: 'the same names in another order' } : { kind: 'reordered' };
}

/**
 * The classes by which labels are to be read, once they are known to be the network's.
 *
 * @param network names in the order of the network's outputs; undefined where nothing says
 * @param present those of the data set, by which its labels are numbered
 * @throws DatasetError for other classes
 */
export function classesOfNetwork(
  network: readonly string[] | undefined,
  present: readonly string[],
  settings: DatasetSettings,
): readonly string[] {
  if (!network) return present;
  const comparison = compareWithNetwork(network, present, settings.type);
  if (comparison.kind === 'other') {
    const place = 'path' in settings ? settings.path : `the data set ${settings.type}`;
    throw new DatasetError(otherClasses(place, comparison.difference));
  }
  return isNumbered(present) ? network : present;
}

/** Says that a place has other classes than the network. */
export const otherClasses = (place: string, difference: string): string =>
  `${place} names other classes than those that the network was trained on (${difference}): use the data set that it was trained on`;

/** Whether the classes of a data set are numbers in its files. */
const areNumbered = (type: string): boolean => recordedDatasetFacts(type)?.hasNumberedLabels === true;

const isNumbered = (names: readonly string[]): boolean => names.every((name, label) => name === String(label));

/** A data set, in those of its splits that are compared. */
type Present = Pick<RunData, 'classes'> & Partial<Pick<RunData, 'training' | 'validation'>>;

const shownClasses = 5;

/**
 * Says in what images differ from those that were recorded, a phrase for each split that is there; empty where they are the same.
 * @param present its classes are those of the record, in any order
 */
export function imageDifferences(recorded: RunData, present: Present): string[] {
  const classes = areNumbered(recorded.type) ? recorded.classes : present.classes;
  return (['training', 'validation'] as const).flatMap((name) => {
    const [before, now] = [recorded[name], present[name]];
    if (!now || now.digest === before.digest) return [];
    const changes = recorded.classes.flatMap((className, label) => {
      const [was, is] = [before.perClass[label], now.perClass[classes.indexOf(className)]];
      return was === is ? [] : [`${showName(className)} ${is} instead of ${was}`];
    });
    const numbers = now.images === before.images ? `${now.images} others` : `${now.images} instead of ${before.images}`;
    const shown = changes.length > shownClasses ? [...changes.slice(0, shownClasses), '…'] : changes;
    return [`${name} images: ${[numbers, ...shown].join(', ')}`];
  });
}
