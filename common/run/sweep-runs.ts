import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RunWriteError } from '../errors/run-write-error';
import { UsageError } from '../errors/usage-error';
import { makeFolders } from '../files/make-folders';
import { RunsFolderError } from './run-claim';
import { findRunEnvironment } from './run-environment';
import { runPaths } from './run-folder';
import { acquireLock, type RunLock, RunLockedError } from './run-lock';
import { lockPresence } from './trainer-presence';

/** The runs of a runs folder that belong to a sweep, by the digest of the experiment that each was started with. */
export function sweepRuns(runsFolder: string): Map<string, string[]> {
  const runs = new Map<string, string[]>();
  if (!existsSync(runsFolder)) return runs;
  for (const name of readdirSync(runsFolder)) {
    const folder = join(runsFolder, name);
    const digest = existsSync(runPaths(folder).experiment) ? findRunEnvironment(folder)?.sweep?.digest : undefined;
    if (digest !== undefined) runs.set(digest, [...(runs.get(digest) ?? []), folder]);
  }
  return runs;
}

/** The lock of whoever makes a run of a sweep, in the runs folder: the run has no folder of its own yet. */
export const pointLockFile = (runsFolder: string, digest: string): string =>
  join(runsFolder, `.sweep-${digest.slice(0, 16)}.lock`);

/**
 * The right to make a run of a sweep, until it is released. Of several that ask at the same moment, in whatever processes, one gets it.
 * @throws UsageError where the run is there, RunLockedError where another process makes it, RunsFolderError
 */
export function claimPoint(runsFolder: string, digest: string): RunLock {
  let lock: RunLock;
  try {
    makeFolders(runsFolder);
    lock = acquireLock(pointLockFile(runsFolder, digest));
  } catch (error) {
    if (error instanceof RunLockedError) throw error;
    throw new RunsFolderError(runsFolder, error instanceof RunWriteError ? error.cause : error);
  }
  const [there] = sweepRuns(runsFolder).get(digest) ?? [];
  if (there === undefined) return lock;
  lock.release();
  throw new UsageError(
    `this run of the sweep is there already, ${there}: go on with \`mixprop resume ${there}\`, or delete it to train it anew`,
  );
}

/** Removes the lock that a killed trainer has left of a run that it was to make. */
export function removeDeadPointLock(runsFolder: string, digest: string): void {
  const file = pointLockFile(runsFolder, digest);
  if (!existsSync(file) || lockPresence(file) !== 'gone') return;
  try {
    acquireLock(file).release();
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof RunLockedError)) throw error;
  }
}
