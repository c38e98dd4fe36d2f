import { type Stats, statSync } from 'node:fs';

/** What is at a path; undefined where nothing is, where it cannot be a path, or where nobody may look. */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
