import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { RunWriteError } from '../errors/run-write-error';

/**
 * Writes a file that readers see complete or not at all: under another name first, on the disk, then renamed. The other
 * name is always the same, so a killed writer leaves at most one draft, which the next one overwrites.
 *
 * @param contents text, or its parts one after the other
 * @throws RunWriteError
 */
export function writeAtomically(file: string, contents: string | Iterable<Uint8Array>): void {
  const draft = `${file}.tmp`;
  try {
    const descriptor = openSync(draft, 'w');
    try {
      // Unlike `writeSync`, which writes less, without an error, where the disk fills.
      for (const part of typeof contents === 'string' ? [contents] : contents) writeFileSync(descriptor, part);
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
