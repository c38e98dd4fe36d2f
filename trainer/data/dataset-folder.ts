import { readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatasetError } from './dataset';

/**
 * The absolute path of a data set's folder.
 *
 * @throws DatasetError if there is no such folder or it is empty
 */
export function datasetFolder(path: string, baseFolder: string): string {
  const folder = datasetPath(path, baseFolder);
  if (statSync(folder).isDirectory()) return folder;
  throw new DatasetError(`${quote(path, folder)} is a file, not a folder: give the folder that holds the data set`);
}

/**
 * The absolute path of a data set's folder, or of the file that a data set is.
 *
 * @throws DatasetError if there is nothing, or an empty folder
 */
export function datasetPath(path: string, baseFolder: string): string {
  const absolute = resolve(baseFolder, path);
  const stats = statSync(absolute, { throwIfNoEntry: false });
  if (!stats) throw new DatasetError(`the data folder ${quote(path, absolute)} does not exist: correct the path`);
  if (stats.isDirectory() && visibleEntries(absolute).length === 0)
    throw new DatasetError(
      `the data folder ${quote(path, absolute)} is empty: put the data set there or correct the path`,
    );
  return absolute;
}

const quote = (path: string, absolute: string) => (absolute === path ? `"${path}"` : `"${path}" (${absolute})`);

/** A folder's entries but hidden files and what file browsers leave behind, sorted by name (by code unit). */
export function visibleEntries(folder: string): { name: string; isFolder: boolean }[] {
  let entries: { name: string; isFolder: boolean }[];
  try {
    entries = readdirSync(folder, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      isFolder:
        entry.isDirectory() ||
        (entry.isSymbolicLink() &&
          statSync(`${folder}/${entry.name}`, { throwIfNoEntry: false })?.isDirectory() === true),
    }));
  } catch (error) {
    throw new DatasetError(`the folder ${folder} cannot be read: ${(error as Error).message}`);
  }
  return entries
    .filter(({ name }) => !name.startsWith('.') && name !== 'Thumbs.db' && name !== 'desktop.ini')
    .sort((a, b) => compareCodeUnits(a.name, b.name));
}

/** Names of a folder's folders, as `visibleEntries` has them. */
export const folderNames = (folder: string): string[] =>
  visibleEntries(folder).flatMap(({ name, isFolder }) => (isFolder ? [name] : []));

/** Order of strings by code unit: the same on every machine, unlike a locale's. */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
