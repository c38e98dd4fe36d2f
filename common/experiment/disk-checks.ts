import type { Stats } from 'node:fs';
import { type ExperimentFinding, errorAt } from '../errors/experiment-finding';
import { readFileStart } from '../files/file-kind';
import { signatureProblem } from '../files/image-signature';
import { statsOf } from '../files/stats-of';
import { initialWeightsProblem } from './check-initial-weights';
import { datasetFacts } from './datasets/datasets';
import type { Experiment } from './schema';
import { pathProblem, resolvePath } from './written-path';

/** A field that names a file or folder. */
interface PathField {
  path: string[];
  value: string | null;
  /** Whether the disk has there what it should. */
  isFit(stats: Stats): boolean;
  kind: 'file' | 'folder';
  /** What to give. */
  remedy: string;
  /** What is wrong with the file that is there, if anything. */
  problemOf?(file: string): string | undefined;
}

const place = 'absolute or relative to the experiment file';

function pathFields(experiment: Experiment): PathField[] {
  const { dataset, model } = experiment;
  const isFile = (stats: Stats) => stats.isFile();
  const fields: PathField[] = [
    {
      path: ['model', 'initialWeights'],
      value: model.initialWeights,
      isFit: isFile,
      kind: 'file',
      remedy: `give a .safetensors file, ${place}, or null`,
      problemOf: (file) => initialWeightsProblem(file, experiment),
    },
  ];
  if ('path' in dataset) {
    const isFit = (stats: Stats) => stats.isDirectory() || datasetFacts(dataset.type).path?.canBeFile === true;
    const remedy = `give the data set's folder, ${place}`;
    fields.push({ path: ['dataset', 'path'], value: dataset.path, isFit, kind: 'folder', remedy });
  }
  if ('classes' in dataset) {
    const remedy = `give a text file with one class a line, ${place}, or null`;
    fields.push({ path: ['dataset', 'classes'], value: dataset.classes, isFit: isFile, kind: 'file', remedy });
  }
  return fields;
}

/** Files and folders that an experiment names and that are not there, or not what they should be. */
export function checkDisk(experiment: Experiment, baseFolder: string): ExperimentFinding[] {
  return [...checkPaths(experiment, baseFolder), ...checkDatasetFolder(experiment, baseFolder)];
}

function checkPaths(experiment: Experiment, baseFolder: string): ExperimentFinding[] {
  return pathFields(experiment).flatMap(({ path, value, isFit, kind, remedy, problemOf }): ExperimentFinding[] => {
    if (value === null) return [];
    const problem = pathProblem(value, baseFolder);
    if (problem !== undefined) return [errorAt(path, problem)];
    const absolute = resolvePath(value, baseFolder);
    const stats = statsOf(absolute);
    if (stats && isFit(stats)) {
      const found = problemOf?.(absolute);
      return found === undefined ? [] : [errorAt(path, found)];
    }
    const other = kind === 'file' ? 'folder' : 'file';
    const message = `${stats ? `${absolute} is a ${other}` : `there is no ${kind} ${absolute}`}; ${remedy}`;
    return [errorAt(path, message)];
  });
}

/** What does not fit what lies in the data set's folder. */
function checkDatasetFolder({ dataset }: Experiment, baseFolder: string): ExperimentFinding[] {
  const root = 'path' in dataset ? resolvePath(dataset.path, baseFolder) : undefined;
  if (root === undefined || !statsOf(root)?.isDirectory()) return [];
  return datasetFacts(dataset.type).checkFolder?.(dataset, root) ?? [];
}

/** Why a file is no image, by its first bytes; undefined too where the file may not be read. */
export function signatureProblemOf(file: string): string | undefined {
  try {
    return signatureProblem(readFileStart(file));
  } catch {
    return undefined;
  }
}
