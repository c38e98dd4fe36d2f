import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { RunWriteError } from '../errors/run-write-error';
import { isProcessAlive, type ProcessIdentity, processIdentity, thisProcess } from './process-identity';
import { runPaths } from './run-folder';

/** Another trainer holds the run folder. The message says which one and what to do. */
export class RunLockedError extends Error {
  override readonly name = 'RunLockedError';

  constructor(
    message: string,
    /** The process that holds the lock, where that is known. */
    readonly holder: ProcessIdentity | undefined,
  ) {
    super(message);
  }
}

/** `lock.json`: the trainer that writes to the run folder. Each lock ever taken has an id of its own. */
const lockRecord = processIdentity.extend({ id: z.string() });
type LockRecord = z.infer<typeof lockRecord>;

/** The right to write to a run folder, held by this process until `release` or its end, however it ends. */
export class RunLock {
  constructor(
    private readonly file: string,
    private readonly id: string,
  ) {}

  /** Removes the lock, unless it has become another's. */
  release(): void {
    if (readLockFile(this.file)?.id === this.id) rmSync(this.file, { force: true });
  }
}

/** Takes the lock of a run folder, as `acquireLock` does. */
export const acquireRunLock = (folder: string): RunLock => acquireLock(runPaths(folder).lock);

/**
 * Takes the lock that a file in an existing folder is. A lock whose process has ended is replaced.
 * @throws RunLockedError when a living trainer holds it, or one on another host, of which nothing is known
 * @throws RunWriteError when the lock cannot be written
 */
export function acquireLock(file: string): RunLock {
  const record: LockRecord = { ...thisProcess(), id: randomUUID() };
  // The lock appears complete or not at all: it is written under another name first.
  const draft = `${file}.${record.id}`;
  try {
    writeFileSync(draft, `${JSON.stringify(record)}\n`, { flag: 'wx' });
    if (!linkNew(draft, file)) while (!takeOver(file, draft));
    return new RunLock(file, record.id);
  } catch (error) {
    throw error instanceof RunLockedError ? error : new RunWriteError(file, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The process that holds the lock of a run folder, or undefined when there is no (readable) lock. It may have ended. */
export const readLockHolder = (folder: string): ProcessIdentity | undefined => readLockFile(runPaths(folder).lock);

/**
 * Replaces a stale lock by the draft. Two processes may find the same lock stale; the takeover file lets one at a time
 * look and replace, so that the second sees the first one's lock and is refused. False: another was at it and is done, look
 * again.
 */
function takeOver(lock: string, draft: string): boolean {
  const takeover = `${lock}.takeover`;
  refuseIfHeld(lock, lock);
  if (!linkNew(draft, takeover)) {
    refuseIfHeld(takeover, lock);
    if (!existsSync(takeover)) return false;
    throw new RunLockedError(
      `a trainer died while it took over ${lock}: delete ${takeover} and try again`,
      readLockFile(takeover),
    );
  }
  try {
    refuseIfHeld(lock, lock);
    renameSync(draft, lock);
    return true;
  } finally {
    rmSync(takeover, { force: true });
  }
}

/** Throws RunLockedError unless `file` is absent, damaged, or of a process of this host that has ended. */
function refuseIfHeld(file: string, lock: string): void {
  const holder = readLockFile(file);
  if (holder === undefined) return;
  const alive = isProcessAlive(holder);
  if (alive === false) return;
  const since = new Date(holder.startTime).toISOString();
  throw new RunLockedError(
    alive
      ? `another trainer is writing to this run (process ${holder.pid}, started ${since}): stop it first, or wait for its ` +
          `end (if process ${holder.pid} is no trainer, delete ${lock})`
      : `a trainer on host ${holder.host} holds this run (process ${holder.pid}, started ${since}), and whether it still ` +
          `runs cannot be told from here: stop it there; if it has ended, delete ${lock}`,
    holder,
  );
}

/** Gives `draft` the further name `file`, in one step. False when `file` exists. */
function linkNew(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOENT') throw error;
  }
  // A file system without hard links.
  try {
    writeFileSync(file, readFileSync(draft), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The process that a lock file names; undefined when there is no (readable) lock. It may have ended. */
export function readLockFile(file: string): LockRecord | undefined {
  try {
    return lockRecord.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
