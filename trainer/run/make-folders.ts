import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

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
    const isRefused = (error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync(dirname(folder));
    throw isRefused ? Object.assign(error as Error, { code: 'ENOTSUP' }) : error;
  }
}
