import { readdirSync, rmdirSync, rmSync } from 'node:fs';
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

/**
 * A run folder that this process, and no other, writes to. It owns the folder's lock, and what is written of a new run until
 * that is committed.
 */
export class ClaimedRun {
  constructor(
    readonly folder: string,
    private readonly lock: RunLock,
    /** False: the folder was there, with a run in it or the log of whoever launched the trainer. */
    private readonly isMade: boolean,
    private committed: boolean,
  ) {}

  /** Whether the run stays, whatever happens. */
  get isCommitted(): boolean {
    return this.committed;
  }

  /** From here on the run stays, whatever happens. */
  commit(): void {
    this.committed = true;
  }

  /** Ends the claim. Nothing is left of a new run that was not committed, but what others have put into its folder. */
  release(): void {
    const { experiment, environment, data, events } = runPaths(this.folder);
    if (!this.committed) for (const file of [experiment, environment, data, events]) rmSync(file, { force: true });
    this.lock.release();
    if (!this.committed && this.isMade) removeIfEmpty(this.folder);
  }
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
export function claimNextRun(runsFolder: string, experimentName: string): ClaimedRun {
  for (;;) {
    const folder = claimNextFolder(runsFolder, experimentName);
    try {
      return new ClaimedRun(folder, lockNewRun(folder, runsFolder, true), true, false);
    } catch (error) {
      // Somebody asked for it by name in this moment.
      if (!(error instanceof RunLockedError)) throw error;
    }
  }
}

/**
 * A new run of a given name, for this process. A folder that is there is taken only if it holds nothing but the log that whoever
 * launched the trainer redirected its output to.
 * @throws UsageError for a name that is invalid or taken, RunsFolderError
 */
export function claimNamedRun(runsFolder: string, id: string): ClaimedRun {
  const problem = runIdProblem(id);
  if (problem !== undefined) throw new UsageError(`"${id}" cannot be a run's name: ${problem}`);
  const folder = join(runsFolder, id);
  const isMade = makeRunFolder(folder, runsFolder);
  const log = basename(runPaths(folder).log);
  if (!isMade && readdirSync(folder).some((name) => name !== log)) throw taken(folder);
  try {
    return new ClaimedRun(folder, lockNewRun(folder, runsFolder, isMade), isMade, false);
  } catch (error) {
    throw error instanceof RunLockedError ? taken(folder) : error;
  }
}

/** A run that is there, to go on with it in this process. @throws RunLockedError, RunWriteError */
export const claimRecordedRun = (folder: string): ClaimedRun =>
  new ClaimedRun(folder, acquireRunLock(folder), false, true);

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
