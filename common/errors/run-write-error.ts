import { isDiskError, reasonOf, writeRemedy } from './system-error';

/** A file of the run folder could not be written. The message names the file, the cause and the remedy. */
export class RunWriteError extends Error {
  override readonly name = 'RunWriteError';

  constructor(
    readonly file: string,
    override readonly cause: unknown,
  ) {
    super(`cannot write ${file}: ${obstacle(cause)}`);
  }

  /** The system's name of the error, such as ENOSPC. */
  get code(): string | undefined {
    return (this.cause as NodeJS.ErrnoException).code;
  }
}

/** Runs what writes a file of the run folder. @throws RunWriteError in place of the error that stopped it */
export function writingTo<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw error instanceof RunWriteError ? error : new RunWriteError(file, error);
  }
}

function obstacle(cause: unknown): string {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
    return 'the run folder is gone: it was moved or deleted while the run was writing to it (ENOENT)';
  if (!isDiskError(cause)) return reasonOf(cause);
  const remedy = writeRemedy(cause);
  return `${reasonOf(cause)}: ${remedy === undefined ? 'use another runs folder' : `${remedy}, then resume the run`}`;
}
