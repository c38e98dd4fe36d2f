import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { OutputError } from '../../common/errors/output-error';
import { RunWriteError } from '../../common/errors/run-write-error';
import { isDiskError } from '../../common/errors/system-error';
import { UsageError } from '../../common/errors/usage-error';
import { asRefusal, makeFolders } from '../../common/files/make-folders';

/** @throws UsageError where the folder of a file that an option names is missing */
export function requireFolder(option: string, file: string | undefined): void {
  const folder = file === undefined ? undefined : dirname(resolve(file));
  if (folder !== undefined && !existsSync(folder))
    throw new UsageError(`--${option} ${file}: there is no folder ${folder}`);
}

/**
 * Writes a file that a command was asked for, so that it is there as a whole or not at all. Its folder is made if it is missing.
 * @throws OutputError
 */
export function writeOutput(file: string, contents: string | Uint8Array): void {
  const part = `${file}.part-${process.pid}`;
  try {
    makeFolders(dirname(file));
    writeFileSync(part, contents);
    renameSync(part, file);
  } catch (error) {
    if (existsSync(part)) rmSync(part);
    throw new OutputError(file, asRefusal(error, file));
  }
}

/**
 * Runs what writes a command's output, where its errors are the file system's or speak of run folders.
 *
 * @param place the file or folder, where an error does not name one
 * @param kept a clause that says what is kept if it fails
 * @throws OutputError in place of such errors
 */
export async function asOutput<T>(place: string, write: () => T | Promise<T>, kept?: string): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof RunWriteError) throw new OutputError(error.file, error.cause, kept);
    throw isDiskError(error) ? new OutputError(place, error, kept) : error;
  }
}
