import { ranksByName } from '../../common/dataset/class-names';
import { UsageError } from '../../common/errors/usage-error';
import {
  corruptionNames,
  type Severity,
  type Strength,
  severities,
  strengthForSize,
} from '../../common/experiment/corruption-names';
import { type DatasetSettings, datasetFacts } from '../../common/experiment/datasets/datasets';
import type { CorruptionSource } from '../../common/run/evaluations';
import { type CorruptedSet, openCorruptedSet } from '../data/corrupted/corrupted-set';
import { openEvaluationFolder } from '../data/corrupted/evaluation-images';
import type { ImageSet, OpenOptions, ValidationData } from '../data/dataset';
import { openValidation, openValidationFolder } from '../data/open/open-validation';
import { evenSubset } from '../data/subset';
import type { Condition } from './evaluate-conditions';

/** Which images are to be evaluated, and how they are corrupted, as far as that can be said without the data set. */
export interface ImageSelection {
  /** Settings of the data set, with `--data` in the place of its path. */
  dataset: DatasetSettings;
  /** Absolute path of a folder with validation images alone, in the place of the data set's. */
  validationFolder?: string;
  /** What `--data` was recognised as, and why, where that was looked at. */
  recognised?: string;
  /** Absolute path of ImageNet-C, CIFAR-C and the like. */
  corrupted?: string;
  /** Absolute path of Stylized-ImageNet or another folder of the same classes. */
  stylized?: string;
  /** Names asked for, or all that there are, or none. */
  corruptions: readonly string[] | 'all' | 'none';
  severities: readonly Severity[] | 'all';
  strength?: Strength;
  seed: number;
  frost: string | null;
  /** Number of images a condition, evenly over the classes. */
  limit: number | null;
}

/**
 * The validation images that a selection means, and the classes.
 *
 * @throws DatasetError; the signal's reason when aborted
 */
export async function openSelected(
  { dataset, validationFolder }: ImageSelection,
  options: OpenOptions,
): Promise<ValidationData> {
  if (validationFolder === undefined || !('path' in dataset)) return openValidation(dataset, options);
  return openValidationFolder(validationFolder, dataset, options);
}

/** What is evaluated, and where corrupted images come from. */
export interface ChosenConditions {
  conditions: Condition[];
  source: CorruptionSource | null;
}

/**
 * The conditions of an evaluation: clean, stylized, then the corruptions with their severities.
 *
 * @param baseFolder against which the experiment's relative paths are resolved
 * @throws UsageError, DatasetError
 */
export function chooseConditions(
  selection: ImageSelection,
  dataset: ValidationData,
  baseFolder: string,
): ChosenConditions {
  const { classes, validation } = dataset;
  const areNumbered = datasetFacts(selection.dataset.type).classCount !== null;
  const folder = { baseFolder, classes, imageSize: validation.imageSize, areNumbered };
  const { stylized, corrupted } = selection;
  // Which images are chosen does not depend on the order in which a list has the classes.
  const ranks = areNumbered ? undefined : ranksByName(classes);
  const limited = (images: ImageSet, place: string) => {
    const labels = ranks ? images.labels.map((label) => ranks[label]) : images.labels;
    return { images, indices: chooseImages(labels, classes.length, selection.limit, place) };
  };
  const conditions: Condition[] = [{ name: 'clean', severity: null, ...limited(validation, 'the validation images') }];
  if (stylized !== undefined) {
    const images = openEvaluationFolder(stylized, folder);
    conditions.push({ name: 'stylized', severity: null, ...limited(images, stylized) });
  }
  if (selection.corruptions === 'none') return { conditions, source: null };
  if (corrupted !== undefined) {
    const set = openCorruptedSet(corrupted, folder);
    for (const [name, severity] of partsOf(set, selection)) {
      const images = set.open(name, severity);
      conditions.push({ name, severity, ...limited(images, images.path(0)) });
    }
    return { conditions, source: { kind: 'folder', path: corrupted } };
  }
  const names = corruptionNames.filter(
    (name) => selection.corruptions === 'all' || selection.corruptions.includes(name),
  );
  const levels = selection.severities === 'all' ? severities : selection.severities;
  for (const name of names)
    for (const severity of levels) {
      const { images, indices } = conditions[0];
      conditions.push({ name, severity, images, indices, make: { name, severity } });
    }
  const { strength = strengthForSize(validation.imageSize), seed, frost } = selection;
  return { conditions, source: { kind: 'made', strength, seed, ...(frost !== null && { frost }) } };
}

/** Corruptions and severities of a folder, as far as they are asked for; those of the benchmark first, in its order. */
function partsOf(set: CorruptedSet, { corruptions, severities: levels }: ImageSelection): [string, number][] {
  const known = corruptionNames.filter((name) => set.severities.has(name)) as string[];
  const present = [...known, ...[...set.severities.keys()].filter((name) => !known.includes(name))];
  const names = corruptions === 'all' || corruptions === 'none' ? present : corruptions;
  return names.flatMap((name) => {
    const there = set.severities.get(name);
    if (!there) throw new UsageError(`${set.root} has no ${name}: there are ${present.join(', ')}`);
    if (levels !== 'all') {
      const missing = levels.filter((level) => !there.includes(level));
      if (missing.length > 0) throw new UsageError(`${set.root} has no ${name} of severity ${missing.join(', ')}`);
    }
    return (levels === 'all' ? there : levels).map((level): [string, number] => [name, level]);
  });
}

/** @returns ascending indices, evenly over the classes */
function chooseImages(labels: Int32Array, classCount: number, limit: number | null, place: string): Int32Array {
  if (limit !== null && (limit > labels.length || limit < classCount))
    throw new UsageError(
      `--images ${limit}: choose at least one of each of the ${classCount} classes, and of ${place} at most ${labels.length}`,
    );
  return evenSubset(labels, classCount, limit, 'dataset.validationImages');
}
