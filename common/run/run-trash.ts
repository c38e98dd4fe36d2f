import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RunWriteError } from '../errors/run-write-error';
import { UsageError } from '../errors/usage-error';
import { nextRunId } from './run-id';

/** Of a runs folder: deleted runs, which no list shows. */
const trashFolder = (runsFolder: string): string => join(runsFolder, '.trash');

/**
 * Moves a run into `.trash/` of its runs folder, as it is: `.trash/small-1-2026-12-01T11-22-33.444Z`.
 * @param time in ms since 1970
 * @returns where it is now
 * @throws RunWriteError
 */
export function moveToTrash(folder: string, time = Date.now()): string {
  const trash = trashFolder(dirname(folder));
  const place = join(trash, `${basename(folder)}-${new Date(time).toISOString().replaceAll(':', '-')}`);
  if (existsSync(place)) return moveToTrash(folder, time + 1);
  try {
    mkdirSync(trash, { recursive: true });
    renameSync(folder, place);
    return place;
  } catch (error) {
    throw new RunWriteError(folder, error);
  }
}

/**
 * Moves a run back to where it was; under the next free number where another has taken its place.
 * @param place as `moveToTrash` gave it
 * @returns its folder
 * @throws UsageError where it is no longer there, RunWriteError
 */
export function restoreFromTrash(place: string, folder: string): string {
  const runsFolder = dirname(folder);
  if (!existsSync(place))
    throw new UsageError(`${basename(folder)} cannot be brought back: ${place} is no longer there`);
  try {
    const stem = basename(folder).replace(/-\d+$/, '');
    const free = existsSync(folder) ? join(runsFolder, nextRunId(stem, readdirSync(runsFolder))) : folder;
    renameSync(place, free);
    removeEmptyTrash(runsFolder);
    return free;
  } catch (error) {
    throw new RunWriteError(folder, error);
  }
}

/** Removes `.trash/` where nothing is left in it. */
export function removeEmptyTrash(runsFolder: string): void {
  try {
    rmdirSync(trashFolder(runsFolder));
  } catch {
    // Other deleted runs are in it, or it is gone.
  }
}
