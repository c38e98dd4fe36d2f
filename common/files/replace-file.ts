import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { RunWriteError } from '../errors/run-write-error';

/**
 * Writes a file of which several processes may write a version at the same moment: readers see one of them, complete. Where one
 * process alone writes, `writeAtomically` leaves no drafts behind when that is killed.
 * @throws RunWriteError
 */
export function replaceFile(file: string, text: string): void {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    const descriptor = openSync(draft, 'wx');
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new RunWriteError(file, error);
  }
}
