import { resolve } from 'node:path';
import { classesByName } from '../../common/dataset/class-names';
import { DatasetError } from '../../common/errors/dataset-error';
import { explainFilePath, readExplainFile } from '../../common/run/explain-file';
import type { RecordedRun } from '../../common/run/recorded-run';
import { epochsOfFiles, runPaths } from '../../common/run/run-folder';
import { readClassList } from '../data/class-list';
import { checkpointClasses } from '../models/checkpoint';

/**
 * Names of the classes of a checkpoint in the order of its network's outputs, by the first that says: the checkpoint itself, its
 * run's `data.json`, the maps that were recorded. Runs that are older than these had labels by name, whatever the order of their list
 * of classes.
 *
 * @param file of the checkpoint; undefined where there is none yet
 * @param run that it belongs to, if any
 * @returns undefined where nothing says
 */
export function recordedClasses(file: string | undefined, run: RecordedRun | undefined): readonly string[] | undefined {
  const own = file === undefined ? undefined : checkpointClasses(file);
  if (own || !run) return own;
  return run.data?.classes ?? mapClasses(run.folder) ?? listedByName(run);
}

function mapClasses(runFolder: string): readonly string[] | undefined {
  const newest = epochsOfFiles(runPaths(runFolder).explain).at(-1);
  if (newest === undefined) return undefined;
  try {
    return readExplainFile(explainFilePath(runFolder, newest)).classes;
  } catch {
    // A damaged file of maps is no reason not to evaluate.
    return undefined;
  }
}

function listedByName({ experiment: { dataset }, baseFolder }: RecordedRun): readonly string[] | undefined {
  if (!('classes' in dataset) || dataset.classes === null) return undefined;
  try {
    const { classes } = readClassList(resolve(baseFolder, dataset.classes));
    return classesByName(classes.map(({ name }) => name));
  } catch (error) {
    // Whoever opens the data set says what is wrong with the list.
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}
