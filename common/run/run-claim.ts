import { readdirSync, rmdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RunWriteError } from '../errors/run-write-error';
import { writeObstacle } from '../errors/system-error';
import { UsageError } from '../errors/usage-error';
import { makeFolder, makeFolders } from '../files/make-folders';
import { runPaths } from './run-folder';
import { nextRunId, runIdProblem } from './run-id';
import { acquireRunLock, type RunLock, RunLockedError } from './run-lock';

/** No run can be made in a runs folder. The message says why, and to choose another. */
export class RunsFolderError extends Error {
  override readonly name = 'RunsFolderError';

  constructor(
    readonly runsFolder: string,
    override readonly cause: unknown,
  ) {
    super(`cannot write runs to ${runsFolder}: ${writeObstacle(cause, 'choose another folder')}`);
  }
}

/** A folder in which this process, and no other, makes a new run. */
export interface RunClaim {
  folder: string;
  lock: RunLock;
  /** False: whoever launched the trainer has made the folder, and has its log in it. */
  isMade: boolean;
}

/**
 * Makes the folder of an experiment's next run. Making it is the claim: of several that ask at the same moment, in whatever
 * processes, each gets a number of its own.
 * @param runsFolder made if it is missing
 * @throws RunsFolderError
 */
export function claimNextFolder(runsFolder: string, experimentName: string): string {
  const taken: string[] = [];
  try {
    makeFolders(runsFolder);
    for (;;) {
      const id = nextRunId(experimentName, [...readdirSync(runsFolder), ...taken]);
      const folder = join(runsFolder, id);
      if (makeFolder(folder)) return folder;
      taken.push(id);
    }
  } catch (error) {
    throw new RunsFolderError(runsFolder, error);
  }
}

/** The next run of an experiment, for this process. @throws RunsFolderError */
export function claimNextRun(runsFolder: string, experimentName: string): RunClaim {
  for (;;) {
    const folder = claimNextFolder(runsFolder, experimentName);
    try {
      return { folder, lock: lockNewRun(folder, runsFolder, true), isMade: true };
    } catch (error) {
      // Somebody asked for it by name in this moment.
      if (!(error instanceof RunLockedError)) throw error;
    }
  }
}

/**
 * A new run of a given name, for this process. A folder that is there is taken only if it holds nothing but the log that whoever
 * launched the trainer redirected its output to.
 * @throws UsageError for a name that is none or is taken, RunsFolderError
 */
export function claimNamedRun(runsFolder: string, id: string): RunClaim {
  const problem = runIdProblem(id);
  if (problem !== undefined) throw new UsageError(`"${id}" cannot be a run's name: ${problem}`);
  const folder = join(runsFolder, id);
  const isMade = makeRunFolder(folder, runsFolder);
  const log = basename(runPaths(folder).log);
  if (!isMade && readdirSync(folder).some((name) => name !== log)) throw taken(folder);
  try {
    return { folder, lock: lockNewRun(folder, runsFolder, isMade), isMade };
  } catch (error) {
    throw error instanceof RunLockedError ? taken(folder) : error;
  }
}

/** Gives an unused claim back: the folder goes if this process made it and nothing is in it. */
export function abandonRun({ folder, lock, isMade }: RunClaim): void {
  lock.release();
  if (isMade) removeIfEmpty(folder);
}

function makeRunFolder(folder: string, runsFolder: string): boolean {
  let hasRuns = false;
  try {
    makeFolders(runsFolder);
    hasRuns = true;
    return makeFolder(folder);
  } catch (error) {
    if (hasRuns && (error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UsageError(`${folder} is a file: choose another --name or --runs`);
    throw new RunsFolderError(runsFolder, error);
  }
}

function lockNewRun(folder: string, runsFolder: string, isMade: boolean): RunLock {
  try {
    return acquireRunLock(folder);
  } catch (error) {
    if (!(error instanceof RunWriteError)) throw error;
    if (isMade) removeIfEmpty(folder);
    throw new RunsFolderError(runsFolder, error.cause);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody has put something into it.
  }
}

const taken = (folder: string): UsageError =>
  new UsageError(
    `the run ${folder} exists already: choose another --name, or resume it with \`mixprop resume ${folder}\``,
  );
