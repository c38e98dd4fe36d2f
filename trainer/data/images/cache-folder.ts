import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { freeDisk } from '../../runtime/free-disk';

/** The user's folder for decoded images: `MIXPROP_CACHE`, or the system's place for caches. They can be deleted any time. */
export function cacheFolder(): string {
  const { MIXPROP_CACHE, LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (MIXPROP_CACHE) return MIXPROP_CACHE;
  switch (process.platform) {
    case 'win32':
      return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'mixprop-studio', 'cache');
    case 'darwin':
      return join(homedir(), 'Library', 'Caches', 'mixprop-studio');
    default:
      return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'mixprop-studio');
  }
}

/** A temporary file that has not been written to since was left behind by a process that was killed. */
const abandonedAfterMs = 60 * 60 * 1000;

/**
 * Makes room for a cache of a given size, so that all caches of the folder together stay below a limit: the least recently used
 * ones go first.
 *
 * @param file the cache to be written; an old one in its place doesn't count
 * @returns undefined, or why there is no room
 */
export async function makeRoomForCache(file: string, bytes: number, limitBytes: number): Promise<string | undefined> {
  const folder = dirname(file);
  if (bytes > limitBytes)
    return `they take ${binarySize(bytes)}, and loading.cacheGiB allows ${binarySize(limitBytes)}`;
  const caches = existsSync(folder)
    ? readdirSync(folder).flatMap((name) => {
        const path = join(folder, name);
        const stats = /\.pixels(\.[\w-]+\.tmp)?$/.test(name) ? statSync(path, { throwIfNoEntry: false }) : undefined;
        return stats?.isFile()
          ? [{ path, size: stats.size, usedMs: stats.mtimeMs, isWhole: !name.endsWith('.tmp') }]
          : [];
      })
    : [];
  const isAbandoned = ({ isWhole, usedMs }: (typeof caches)[number]) =>
    !isWhole && usedMs < Date.now() - abandonedAfterMs;
  for (const { path } of caches.filter(isAbandoned)) rmSync(path, { force: true });
  const others = caches
    .filter((cache) => cache.path !== file && !isAbandoned(cache))
    .sort((a, b) => a.usedMs - b.usedMs);
  const removable = others.reduce((sum, { size, isWhole }) => sum + (isWhole ? size : 0), 0);
  let total = others.reduce((sum, { size }) => sum + size, bytes);
  const { existing, free } = await freeDisk(folder);
  let room = free;
  if (bytes > free + removable)
    return `they take ${binarySize(bytes)}, and the disk of ${existing} has ${binarySize(free)} free`;
  if (total - removable > limitBytes)
    return `other processes are writing caches, and loading.cacheGiB allows ${binarySize(limitBytes)}`;
  for (const { path, size, isWhole } of others) {
    if (total <= limitBytes && bytes <= room) break;
    if (!isWhole) continue;
    rmSync(path, { force: true });
    total -= size;
    room += size;
  }
  return undefined;
}

/** Notes that a cache is in use, for `makeRoomForCache`. */
export function touchCache(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // It can be read without being noted.
  }
}

/** Removes a damaged cache, if that is possible. */
export function discardCache(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Its readers will find the damage again.
  }
}

function binarySize(bytes: number): string {
  const [unit, name] = bytes >= 2 ** 30 ? [2 ** 30, 'GiB'] : bytes >= 2 ** 20 ? [2 ** 20, 'MiB'] : [2 ** 10, 'KiB'];
  return `${(bytes / unit).toFixed(1)} ${name}`;
}
