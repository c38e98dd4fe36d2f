import { writeObstacle } from './system-error';

/** A file that a command was to write could not be written; it is not there, or is what it was before. Exit status 1. */
export class OutputError extends Error {
  override readonly name = 'OutputError';

  /** @param kept what is there all the same, as a sentence */
  constructor(
    readonly file: string,
    override readonly cause: unknown,
    kept?: string,
  ) {
    super(`cannot write ${file}: ${writeObstacle(cause)}${kept === undefined ? '' : `; ${kept}`}`);
  }
}
