import { readdirSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { findRunEnvironment } from './run-environment';
import type { RunEnvironment } from './run-folder';

/**
 * Folders that relative paths of a run's experiment may refer to. First the one that lies to the run as it did in training: with a
 * project that was moved the data have moved along, and a project that was copied uses its own. Then the one that it was.
 */
export function baseFolders(
  runFolder: string,
  { baseFolder, baseFolderFromRun }: Pick<RunEnvironment, 'baseFolder' | 'baseFolderFromRun'>,
): string[] {
  return baseFolderFromRun === undefined
    ? [baseFolder]
    : [...new Set([resolve(runFolder, baseFolderFromRun), baseFolder])];
}

/** The relative path from a run's folder to its experiment's; undefined where there is none, as from one drive to another. */
export function baseFolderFromRun(runFolder: string, baseFolder: string): string | undefined {
  const path = relative(resolve(runFolder), baseFolder);
  return isAbsolute(path) ? undefined : path.split(sep).join('/');
}

/**
 * Where a path of a run's experiment, or of its environment, may lead to now, best first. An absolute one is taken as it is, then as
 * something that was moved along with the run.
 *
 * @param bases as `baseFolders` gives them
 */
export function placesOf(path: string, bases: readonly string[]): string[] {
  if (!isAbsolute(path)) return bases.map((base) => resolve(base, path));
  const before = bases.at(-1)!;
  return [...new Set([path, ...bases.map((base) => resolve(base, relative(before, path)))])];
}

/** The first of the places where something is. */
export const existingPlace = (path: string, bases: readonly string[]): string | undefined =>
  placesOf(path, bases).find(isThere);

/** Whether there is a file or a folder; an empty folder is what copying without the data leaves. */
export function isThere(place: string): boolean {
  try {
    return !statSync(place).isDirectory() || readdirSync(place).length > 0;
  } catch (error) {
    // What may not be looked into is there: whoever opens it says what is wrong.
    return ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/** Where a path of a run leads to: the first place where something is, else the best one. Never throws. */
export function placeOfRun(runFolder: string, path: string): string {
  const environment = findRunEnvironment(runFolder);
  // Without it paths can only refer to the run itself.
  const bases = environment ? baseFolders(runFolder, environment) : [runFolder];
  return existingPlace(path, bases) ?? placesOf(path, bases)[0];
}
