import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { reasonOf } from '../errors/system-error';
import { UsageError } from '../errors/usage-error';
import type { DatasetSettings } from '../experiment/datasets/datasets';
import type { Experiment } from '../experiment/schema';
import { type RunData, readRunData } from './run-data';
import { readRunEnvironment } from './run-environment';
import { type RunEnvironment, runPaths } from './run-folder';
import { readRunInfo } from './run-info';
import { baseFolders, existingPlace, isThere, placesOf } from './run-places';

/** What a run was made from, and where that is now. */
export interface RecordedRun {
  folder: string;
  /** Its paths lead to where things are now, from `baseFolder`. */
  experiment: Experiment;
  environment: RunEnvironment;
  baseFolder: string;
  /** Absent in runs that are older than the record. */
  data?: RunData;
  /** Why the data set cannot be opened: it is at none of its places. */
  missingData?: string;
}

/** Reads what a run folder says of its making. @throws UsageError naming folder or file */
export function readRecordedRun(folder: string): RecordedRun {
  const experiment = readRunExperiment(folder);
  const environment = readRunEnvironment(folder);
  const data = readRunData(folder);
  const bases = baseFolders(folder, environment);
  const { dataset, model } = experiment;
  const path = 'path' in dataset ? dataset.path : undefined;
  const baseFolder =
    bases.find((base) => isThere(path === undefined ? base : resolve(base, path))) ?? bases.find(isThere) ?? bases[0];
  /** A path as it is where it leads from `baseFolder` to its place, or nothing is there. */
  const leading = (own: string, place = existingPlace(own, bases)) =>
    place === undefined || place === resolve(baseFolder, own) ? own : place;
  const leadingOrNull = (own: string | null) => (own === null ? null : leading(own));
  // The last is where the run was resumed with data elsewhere.
  const places = path === undefined ? [] : [...placesOf(path, bases), ...(data?.place ? [data.place] : [])];
  const place = places.find(isThere);
  const now = {
    ...dataset,
    ...(path !== undefined && { path: place === undefined ? path : leading(path, place) }),
    ...('classes' in dataset && { classes: leadingOrNull(dataset.classes) }),
  } as Experiment['dataset'];
  const isMissing = path !== undefined && place === undefined;
  return {
    folder,
    experiment: {
      ...experiment,
      dataset: now,
      model: { ...model, initialWeights: leadingOrNull(model.initialWeights) },
    },
    environment,
    baseFolder,
    ...(data && { data }),
    ...(isMissing && { missingData: missingData(folder, places) }),
  };
}

function missingData(folder: string, places: readonly string[]): string {
  const all = [...new Set(places)].join(', nor at ');
  return `the data set of ${basename(resolve(folder))} is not at ${all}: put it back, or say where it is with --data PATH`;
}

/**
 * The data set that a command is to open.
 *
 * @param dataPath `--data`: where it is, instead of where it was
 * @param run absent for a bare checkpoint
 * @throws UsageError where it is not, or nowhere
 */
export function datasetAt(
  dataset: DatasetSettings,
  dataPath: string | undefined,
  run: RecordedRun | undefined,
): DatasetSettings {
  if (dataPath === undefined) {
    if (run?.missingData !== undefined) throw new UsageError(run.missingData);
    return dataset;
  }
  if (!('path' in dataset))
    throw new UsageError(`--data: the experiment draws its data set (${dataset.type}), which has no path`);
  if (!existsSync(dataPath)) throw new UsageError(`--data ${dataPath}: there is no such folder or file`);
  return { ...dataset, path: resolve(dataPath) };
}

/** Why a path leads to no run folder, and to which one instead; undefined where it does. */
export function runFolderProblem(folder: string): string | undefined {
  const isRun = (path: string) => existsSync(runPaths(path).experiment);
  if (isRun(folder)) return undefined;
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats) return `there is no run folder ${folder}`;
  if (!stats.isDirectory()) return `${folder} is a file, not a run folder`;
  const around = dirname(resolve(folder));
  if (isRun(around)) return `${folder} is not a run folder but lies in one: name ${around}`;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    return `${folder} is not a readable run folder: ${reasonOf(error)}`;
  }
  if (names.length === 0) return `${folder} is not a run folder: it is empty`;
  const runs = names.some((name) => isRun(join(folder, name))) ? `, but runs in it: name ${join(folder, '*')}` : '';
  return `${folder} is not a run folder: it has no experiment.json${runs}`;
}

/** The resolved experiment of a run, as it was recorded. @throws UsageError naming the folder */
export function readRunExperiment(folder: string): Experiment {
  const { experiment, problem } = readRunInfo(folder);
  if (experiment === undefined) throw new UsageError(runFolderProblem(folder) ?? problem);
  return experiment;
}
