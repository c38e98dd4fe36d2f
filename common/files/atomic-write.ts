import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { RunWriteError } from '../errors/run-write-error';

/**
 * Writes a file that readers see complete or not at all: under another name first, on the disk, then renamed. The other
 * name is always the same, so a killed writer leaves at most one draft, which the next one overwrites.
 *
 * @param write writes everything or throws; a single `writeSync` writes less, without an error, where the disk fills
 * @throws RunWriteError
 */
export function writeAtomically(file: string, write: (descriptor: number) => void): void {
  const draft = `${file}.tmp`;
  try {
    const descriptor = openSync(draft, 'w');
    try {
      write(descriptor);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
  } catch (error) {
    if (existsSync(draft)) rmSync(draft);
    throw new RunWriteError(file, error);
  }
}
