import { existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../errors/system-error';

/**
 * Like `mkdir -p`; other processes may make the same folders meanwhile. Node's own `recursive` never returns under a folder
 * such as /proc that takes no folders.
 * @throws the system's error
 */
export function makeFolders(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder && !existsSync(parent)) makeFolders(parent);
  makeFolder(folder);
}

/**
 * Makes one folder. Gives whether it is new; false where there is one already.
 * @throws the system's error, also where a file is in the way
 */
export function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false;
    const isLink = lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() && !existsSync(folder);
    if (isLink && codeOf(error) === 'EEXIST') throw Object.assign(error as Error, { code: 'ENOLINK' });
    throw asRefusal(error, folder);
  }
}

/** What the system says where a folder takes nothing new is that the folder is not there: then the error with a code that fits. */
export function asRefusal(error: unknown, path: string): unknown {
  const isRefused = codeOf(error) === 'ENOENT' && existsSync(dirname(path));
  return isRefused ? Object.assign(error as Error, { code: 'ENOTSUP' }) : error;
}
