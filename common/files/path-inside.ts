import { isAbsolute, relative, sep } from 'node:path';

/** A path relative to a folder that it lies in, with forward slashes; '' for the folder itself, undefined for what lies elsewhere. */
export function pathInside(folder: string, path: string): string | undefined {
  // Of a path on another drive, Windows gives the path itself.
  const parts = relative(folder, path).split(sep);
  return parts[0] === '..' || isAbsolute(parts.join(sep)) ? undefined : parts.join('/');
}
