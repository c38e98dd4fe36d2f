const remedies: Record<string, string> = {
  ENOSPC: 'the disk is full: make room, then resume the run',
  EDQUOT: 'your disk quota is used up: make room, then resume the run',
  EFBIG: 'the file may not grow any further (a file-size limit of the system or of `ulimit -f`): raise it, then resume',
  EROFS: 'the file system is read-only: use another runs folder',
  EACCES: 'permission denied: make the run folder writable for this user, or use another runs folder',
  EPERM: 'not permitted: make the run folder writable for this user, or use another runs folder',
  ENOENT: 'the run folder is gone: it was moved or deleted while the run was writing to it',
  EIO: 'the disk reported an error: check the disk or the network share, then resume the run',
};

/** A file of the run folder could not be written. The message names the file, the cause and the remedy. */
export class RunWriteError extends Error {
  override readonly name = 'RunWriteError';

  constructor(
    readonly file: string,
    override readonly cause: unknown,
  ) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const remedy = remedies[code ?? ''];
    super(`cannot write ${file}: ${remedy === undefined ? message : `${remedy} (${code})`}`);
  }

  /** The system's name of the error, such as ENOSPC. */
  get code(): string | undefined {
    return (this.cause as NodeJS.ErrnoException).code;
  }
}
