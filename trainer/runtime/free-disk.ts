import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Free bytes on the disk of a folder, which need not exist, and its nearest existing ancestor. */
export async function freeDisk(folder: string): Promise<{ existing: string; free: number }> {
  let existing = folder;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return { existing, free: bavail * bsize };
}
