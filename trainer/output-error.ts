/** What the system's errors mean to whoever wrote a file, and what helps. */
const obstacles: Record<string, [meaning: string, remedy: string] | undefined> = {
  ENOSPC: ['the disk is full', 'make room there, or choose another place'],
  EDQUOT: ['your disk quota is used up', 'make room there, or choose another place'],
  EFBIG: [
    'the file may not grow any further (a file-size limit of the system or of `ulimit -f`)',
    'raise it, or choose another place',
  ],
  EROFS: ['the file system is read-only', 'choose another place'],
  EACCES: ['permission denied', 'make it writable for this user, or choose another place'],
  EPERM: ['not permitted', 'make it writable for this user, or choose another place'],
  ENOENT: ['there is no such folder', 'make it, or choose another place'],
  ENOTDIR: ['a part of the path is a file', 'choose another place'],
  EEXIST: ['a part of the path is a file', 'choose another place'],
  EISDIR: ['a folder has this name', 'choose another one'],
  EIO: ['the disk reported an error', 'check the disk or the network share, or choose another place'],
};

/** Whether an error is of the disk or its file system, so that neither another file nor another try has better luck. */
export function isDiskError(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && obstacles[code] !== undefined;
}

/** Why something cannot be written, and what helps: "the disk is full (ENOSPC): make room there, or choose another place". */
export function writeObstacle(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const [meaning, remedy] = obstacles[code ?? ''] ?? [];
  return meaning === undefined ? message : `${meaning} (${code}): ${remedy}`;
}

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
