import { join } from 'node:path';
import { RunWriteError } from '../../common/errors/run-write-error';
import { reasonOf } from '../../common/errors/system-error';
import { makeFolders } from '../../common/files/make-folders';
import { acquireRunLock, type RunLock, RunLockedError } from '../../common/run/run-lock';
import { RuntimeError } from './installed-runtime';

/**
 * Locks the folder of runtimes for changes. The lock of a process that has ended is taken over.
 * @throws RuntimeError when another installation is in progress, or the folder cannot be written
 */
export function lockRuntimes(folder: string): RunLock {
  try {
    makeFolders(folder);
    return acquireRunLock(folder);
  } catch (error) {
    if (error instanceof RunLockedError) {
      const { holder } = error;
      const who = holder === undefined ? '' : ` (process ${holder.pid} on ${holder.host})`;
      throw new RuntimeError(
        `another installation is in progress in ${folder}${who}: wait until it ends; if there is none, delete ${join(folder, 'lock.json')}`,
      );
    }
    const reason = reasonOf(error instanceof RunWriteError ? error.cause : error);
    throw new RuntimeError(
      `${folder} cannot be written: ${reason}: name another folder in the environment variable MIXPROP_RUNTIMES`,
    );
  }
}
