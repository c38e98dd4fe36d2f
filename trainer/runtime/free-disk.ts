import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The bytes that are free where a folder is or would be made, and the nearest folder above it that is there. */
export async function freeDisk(folder: string): Promise<{ existing: string; free: number }> {
  let existing = folder;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return { existing, free: bavail * bsize };
}
