import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ranksByName } from '../../common/dataset/class-names';
import { DatasetError } from '../../common/errors/dataset-error';
import { UsageError } from '../../common/errors/usage-error';
import {
  commonCorruptions,
  corruptionNames,
  type Severity,
  type Strength,
  severities,
  strengthForSize,
  strengthNames,
} from '../../common/experiment/corruption-names';
import { type DatasetSettings, datasetFacts } from '../../common/experiment/datasets/datasets';
import { nearestName } from '../../common/experiment/nearest-name';
import { type CorruptionSource, type Evaluation, readEvaluations } from '../../common/run/evaluations';
import { type CorruptedSet, openCorruptedSet } from '../data/corrupted/corrupted-set';
import { openEvaluationFolder } from '../data/corrupted/evaluation-images';
import { missingFrostTextures } from '../data/corruptions/frost-textures';
import type { ImageSet, OpenOptions, ValidationData } from '../data/dataset';
import { recogniseLayout } from '../data/open/dataset-layout';
import { openValidation, openValidationFolder } from '../data/open/open-validation';
import { evenSubset } from '../data/subset';
import { alexNetErrors } from '../evaluation/alexnet-errors';
import { type Baseline, errorTable, missingForMce } from '../evaluation/corruption-error';
import type { Condition } from '../evaluation/evaluate-conditions';
import type { Invocation } from './command';

/** What `evaluate` is to do, as far as its arguments say without the data set. */
export interface EvaluationChoices {
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

/** Options of `evaluate` that choose images, in the form of node:util's parseArgs. */
export const imageOptions = {
  data: { type: 'string' },
  corruptions: { type: 'string' },
  severities: { type: 'string' },
  strength: { type: 'string' },
  seed: { type: 'string' },
  frost: { type: 'string' },
  corrupted: { type: 'string' },
  stylized: { type: 'string' },
  images: { type: 'string' },
} as const;

/** Reads the options. @throws UsageError */
export function readChoices(invocation: Invocation, experimentDataset: DatasetSettings): EvaluationChoices {
  let corrupted = existingFolder(invocation, 'corrupted');
  const stylized = existingFolder(invocation, 'stylized');
  const data = readData(invocation.text('data'), experimentDataset);
  if (data.corrupted !== undefined) {
    if (corrupted !== undefined)
      throw new UsageError('--data and --corrupted both name corrupted images: --data may name the clean ones');
    ({ corrupted } = data);
  }
  const corruptions = readCorruptions(invocation.text('corruptions'), corrupted !== undefined);
  const isMade = corruptions !== 'none' && corrupted === undefined;
  for (const option of ['strength', 'seed', 'frost'] as const) {
    if (invocation.text(option) !== undefined && !isMade) {
      const why =
        corruptions === 'none' ? 'no --corruptions are asked for' : 'the corrupted images are read from files';
      throw new UsageError(`--${option} says how images are corrupted, but ${why}`);
    }
  }
  if (invocation.text('severities') !== undefined && corruptions === 'none')
    throw new UsageError('--severities says how strongly images are corrupted, but no --corruptions are asked for');
  return {
    ...data,
    corrupted,
    stylized,
    corruptions,
    severities: readSeverities(invocation.text('severities')),
    strength: invocation.choice('strength', strengthNames),
    seed: invocation.integer('seed', 0, 2 ** 32 - 1) ?? 0,
    frost: readFrost(invocation.text('frost')),
    limit: invocation.integer('images', 1) ?? null,
  };
}

function existingFolder(invocation: Invocation, option: 'corrupted' | 'stylized'): string | undefined {
  const text = invocation.text(option);
  if (text === undefined) return undefined;
  if (!statSync(resolve(text), { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--${option} ${text}: there is no such folder`);
  return resolve(text);
}

function readData(
  text: string | undefined,
  settings: DatasetSettings,
): Pick<EvaluationChoices, 'dataset' | 'validationFolder' | 'recognised' | 'corrupted'> {
  if (text === undefined) return { dataset: settings };
  const path = resolve(text);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new UsageError(`--data ${text}: there is no such folder or file`);
  const layout = stats.isDirectory() ? usable(() => recogniseLayout(path)) : undefined;
  const recognised = (what: string) => `${path}: ${what}, for ${layout?.reason}`;
  if (layout?.type === 'imagenet-c' || layout?.type === 'cifar-c')
    return { dataset: settings, corrupted: path, recognised: recognised(`corrupted images (${layout.type})`) };
  if (!('path' in settings))
    throw new UsageError(`--data: the experiment draws its data set (${settings.type}), which has no path`);
  if (!layout) return { dataset: { ...settings, path } };
  if (settings.type === 'image-folder' && layout.type !== 'image-folder')
    throw new UsageError(
      `--data ${text}: it is ${layout.type}, for ${layout.reason}; the experiment needs an image folder`,
    );
  if (layout.type === 'image-folder' && (settings.type !== 'image-folder' || !layout.hasTraining))
    return { dataset: settings, validationFolder: path, recognised: recognised('validation images alone') };
  return { dataset: { ...settings, path }, recognised: recognised(layout.type) };
}

function readCorruptions(text: string | undefined, fromFiles: boolean): EvaluationChoices['corruptions'] {
  if (text === undefined) return fromFiles ? 'all' : 'none';
  if (text === 'none') {
    if (fromFiles) throw new UsageError('--corruptions none, but a folder of corrupted images is named: leave out one');
    return 'none';
  }
  if (text === 'all') return 'all';
  if (text === 'common') return commonCorruptions;
  const names = new Set<string>();
  for (const word of text.split(',').map((part) => part.trim())) {
    // A folder may hold corruptions that we do not make.
    if (!fromFiles && !(corruptionNames as readonly string[]).includes(word)) {
      const near = nearestName(word, corruptionNames);
      throw new UsageError(
        `--corruptions: there is no "${word}"${near ? `; did you mean ${near}?` : `: there are ${corruptionNames.join(', ')}`}`,
      );
    }
    names.add(word);
  }
  return [...names];
}

function readSeverities(text: string | undefined): EvaluationChoices['severities'] {
  if (text === undefined || text === 'all') return 'all';
  const levels = new Set<Severity>();
  for (const word of text.split(',').map((part) => part.trim())) {
    const level = severities.find((candidate) => String(candidate) === word);
    if (!level) throw new UsageError(`--severities must be of 1, 2, 3, 4, 5, a list of them, or all, not "${word}"`);
    levels.add(level);
  }
  return [...levels].sort((a, b) => a - b);
}

function readFrost(folder: string | undefined): string | null {
  if (folder === undefined) return null;
  const missing = missingFrostTextures(resolve(folder));
  if (missing.length === 0) return resolve(folder);
  throw new UsageError(`--frost ${folder}: ${missing.join(', ')} missing there: it must hold the original's textures`);
}

/**
 * The validation images that the choices mean, and the classes.
 *
 * @throws DatasetError; the signal's reason when aborted
 */
export async function openChosen(
  { dataset, validationFolder }: EvaluationChoices,
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
  choices: EvaluationChoices,
  dataset: ValidationData,
  baseFolder: string,
): ChosenConditions {
  const { classes, validation } = dataset;
  const areNumbered = datasetFacts(choices.dataset.type).classCount !== null;
  const folder = { baseFolder, classes, imageSize: validation.imageSize, areNumbered };
  const { stylized, corrupted } = choices;
  // Which images are chosen does not depend on the order in which a list has the classes.
  const ranks = areNumbered ? undefined : ranksByName(classes);
  const limited = (images: ImageSet, place: string) => ({
    images,
    indices: chooseImages(
      ranks ? images.labels.map((label) => ranks[label]) : images.labels,
      classes.length,
      choices.limit,
      place,
    ),
  });
  const conditions: Condition[] = [{ name: 'clean', severity: null, ...limited(validation, 'the validation images') }];
  if (stylized !== undefined) {
    const images = openEvaluationFolder(stylized, folder);
    conditions.push({ name: 'stylized', severity: null, ...limited(images, stylized) });
  }
  if (choices.corruptions === 'none') return { conditions, source: null };
  if (corrupted !== undefined) {
    const set = openCorruptedSet(corrupted, folder);
    for (const [name, severity] of partsOf(set, choices)) {
      const images = set.open(name, severity);
      conditions.push({ name, severity, ...limited(images, images.path(0)) });
    }
    return { conditions, source: { kind: 'folder', path: corrupted } };
  }
  const names = corruptionNames.filter((name) => choices.corruptions === 'all' || choices.corruptions.includes(name));
  const levels = choices.severities === 'all' ? severities : choices.severities;
  for (const name of names)
    for (const severity of levels) {
      const { images, indices } = conditions[0];
      conditions.push({ name, severity, images, indices, make: { name, severity } });
    }
  const { strength = strengthForSize(validation.imageSize), seed, frost } = choices;
  return { conditions, source: { kind: 'made', strength, seed, ...(frost !== null && { frost }) } };
}

/** Corruptions and severities of a folder, as far as they are asked for; those of the benchmark first, in its order. */
function partsOf(set: CorruptedSet, { corruptions, severities: levels }: EvaluationChoices): [string, number][] {
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

/**
 * What errors are to be normalised by.
 *
 * @param text `--baseline`: alexnet, none, or a run that was evaluated on the same images
 * @param evaluated which of what is evaluated has to be the same for the baseline
 * @throws UsageError saying why it cannot be
 */
export function chooseBaseline(
  text: string | undefined,
  conditions: readonly Condition[],
  evaluated: Pick<Evaluation, 'source' | 'imageList'>,
): Baseline | null {
  if (text === undefined || text === 'none') return null;
  const names = conditions.flatMap(({ name, severity }) => (severity === null ? [] : [name]));
  const missing = missingForMce(names, (name) => names.filter((other) => other === name).length);
  if (missing !== undefined)
    throw new UsageError(
      `--baseline ${text}: mCE is the mean over 15 corruptions at all five severities, but ${missing}; use --corruptions common --severities all, or leave --baseline out for the mean error, not normalised`,
    );
  if (text === 'alexnet') return { name: 'alexnet', errors: alexNetErrors };
  if (!statSync(text, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--baseline ${text}: expected is alexnet, none, or the folder of a run`);
  const { evaluations, problems } = readEvaluations(text);
  const same = evaluations.find(({ evaluation: { source, imageList, branches } }) => {
    const { main } = branches;
    if (!main || imageList !== evaluated.imageList || !isSameSource(source, evaluated.source)) return false;
    const severitiesOf = (name: string) => Object.keys(main.corruptions[name] ?? {}).length;
    return missingForMce(Object.keys(main.corruptions), severitiesOf) === undefined;
  });
  if (!same) {
    const damaged = problems.length > 0 ? ` (${problems.join('; ')})` : '';
    throw new UsageError(
      `--baseline ${text}: it has no evaluation of the same images under the same 15 corruptions at five severities${damaged}; evaluate it first, with the same options`,
    );
  }
  return { name: basename(resolve(text)), errors: errorTable(same.evaluation.branches.main!) };
}

const isSameSource = (a: CorruptionSource | null, b: CorruptionSource | null): boolean =>
  a !== null && b !== null && JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

/** @throws UsageError for what is wrong with a data set */
export function usable<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw error instanceof DatasetError ? new UsageError(error.message) : error;
  }
}
