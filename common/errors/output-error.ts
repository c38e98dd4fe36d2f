import { writeObstacle } from './system-error';

/** An output file of a command could not be written; it is missing, or as it was before. Exit status 1. */
export class OutputError extends Error {
  override readonly name = 'OutputError';

  /** @param kept a clause that says what was kept nonetheless */
  constructor(
    readonly file: string,
    override readonly cause: unknown,
    kept?: string,
  ) {
    super(`cannot write ${file}: ${writeObstacle(cause)}${kept === undefined ? '' : `; ${kept}`}`);
  }
}
