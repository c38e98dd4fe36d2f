import { homedir } from 'node:os';
import { join } from 'node:path';

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
