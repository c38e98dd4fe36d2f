import { isUtf8 } from 'node:buffer';
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatasetError } from '../errors/dataset-error';
import { reasonOf } from '../errors/system-error';
import { statsOf } from '../files/stats-of';

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
  if (stats.isDirectory() && isEmpty(readFolder(absolute)))
    throw new DatasetError(
      `the data folder ${quote(path, absolute)} is empty: put the data set there or correct the path`,
    );
  return absolute;
}

const isEmpty = ({ folders, files, brokenLinks, unreadableNames }: FolderContents) =>
  [folders, files, brokenLinks, unreadableNames].every(({ length }) => length === 0);

const quote = (path: string, absolute: string) => (absolute === path ? `"${path}"` : `"${path}" (${absolute})`);

/** What lies directly in a folder, each list sorted by name (by code unit). */
export interface FolderContents {
  folders: string[];
  files: string[];
  /** Of the folders those that are symbolic links. */
  linked: ReadonlySet<string>;
  /** Names that begin with a dot, and what systems and file browsers leave behind. */
  hidden: string[];
  /** Symbolic links without a target, or in a loop. */
  brokenLinks: string[];
  /** What has a name that is not UTF-8 and so cannot be opened by it; other bytes are shown as in `caf\\xe9`. */
  unreadableNames: { shown: string; isFolder: boolean }[];
}

const leftBehind =
  /^(?:Thumbs\.db|ehthumbs\.db|desktop\.ini|__MACOSX|@eaDir|lost\+found|\$RECYCLE\.BIN|System Volume Information)$/i;

/** Lists a folder. @throws DatasetError if it cannot be read */
export function readFolder(folder: string): FolderContents {
  const [folders, files, hidden, brokenLinks]: string[][] = [[], [], [], []];
  const linked = new Set<string>();
  const { entries, unreadableNames } = entriesOf(folder);
  for (const entry of entries) {
    const { name } = entry;
    if (name.startsWith('.') || leftBehind.test(name)) hidden.push(name);
    else if (entry.isSymbolicLink()) {
      const stats = statsOf(`${folder}/${name}`);
      if (!stats) brokenLinks.push(name);
      else if (stats.isDirectory()) {
        folders.push(name);
        linked.add(name);
      } else files.push(name);
    } else (entry.isDirectory() ? folders : files).push(name);
  }
  for (const names of [folders, files, hidden, brokenLinks]) names.sort(compareCodeUnits);
  return { folders, files, linked, hidden, brokenLinks, unreadableNames };
}

type Entry = Pick<Dirent, 'name' | 'isDirectory' | 'isSymbolicLink'>;

function entriesOf(folder: string): { entries: Entry[] } & Pick<FolderContents, 'unreadableNames'> {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    // Stands for bytes that are not UTF-8, or, hardly ever, for itself.
    if (!entries.some(({ name }) => name.includes('\ufffd'))) return { entries, unreadableNames: [] };
    const all = readdirSync(folder, { withFileTypes: true, encoding: 'buffer' });
    return {
      entries: all.flatMap((entry) => {
        const asNamed = { isDirectory: () => entry.isDirectory(), isSymbolicLink: () => entry.isSymbolicLink() };
        return isUtf8(entry.name) ? [{ name: entry.name.toString(), ...asNamed }] : [];
      }),
      unreadableNames: all
        .flatMap((entry) =>
          isUtf8(entry.name) ? [] : [{ shown: showBytes(entry.name), isFolder: entry.isDirectory() }],
        )
        .sort((a, b) => compareCodeUnits(a.shown, b.shown)),
    };
  } catch (error) {
    throw new DatasetError(`the folder ${folder} cannot be read: ${reasonOf(error)}`);
  }
}

/** What is UTF-8 in it as it is, other bytes by their numbers. */
function showBytes(bytes: Buffer): string {
  let shown = '';
  for (let start = 0; start < bytes.length; ) {
    const length = [1, 2, 3, 4].find(
      (size) => start + size <= bytes.length && isUtf8(bytes.subarray(start, start + size)),
    );
    shown += length
      ? bytes.toString('utf8', start, start + length)
      : `\\x${bytes[start].toString(16).padStart(2, '0')}`;
    start += length ?? 1;
  }
  return shown;
}

/** Names of a folder's folders, as `readFolder` has them. */
export const folderNames = (folder: string): string[] => readFolder(folder).folders;

/** Order of strings by code unit: the same on every machine, unlike a locale's. */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
