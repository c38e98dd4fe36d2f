/** What system errors mean, in words that fit reading and writing. */
const meanings: Record<string, string | undefined> = {
  EACCES: 'permission denied',
  EBUSY: 'another program uses it',
  EDQUOT: 'your disk quota is used up',
  EEXIST: 'a part of the path is a file',
  EFBIG: 'the file may not grow any further (a file-size limit of the system or of `ulimit -f`)',
  EIO: 'the disk reported an error',
  EISDIR: 'a folder has this name',
  ELOOP: 'its symbolic links form a loop',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the path is too long',
  ENFILE: 'too many files are open on this machine',
  ENODEV: 'its device is missing',
  ENOLINK: 'a symbolic link in the path is broken',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file',
  ENOTSUP: 'its file system allows no new files',
  ENXIO: 'its device is missing',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ESTALE: 'the network share has lost it',
};

/** What helps where something cannot be written, besides writing elsewhere. */
const writeRemedies: Record<string, string | undefined> = {
  EACCES: 'make it writable for this user',
  EDQUOT: 'make room there',
  EFBIG: 'raise it',
  EIO: 'check the disk or the network share',
  ENOENT: 'make the folder',
  ENOLINK: 'create its target, or mount it',
  ENOSPC: 'make room there',
  EPERM: 'make it writable for this user',
};

/** The system's name of an error, such as ENOSPC; empty where it has none. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? '';

/** Whether an error is of the disk or its file system, so that another file or another try would fail too. */
export const isDiskError = (error: unknown): boolean => meanings[codeOf(error)] !== undefined;

/** Why something cannot be read or written: "permission denied (EACCES)"; of other errors the message. */
export function reasonOf(error: unknown): string {
  const { message, syscall } = error as NodeJS.ErrnoException;
  // Others wrap the system's errors: "Unable to write file '/a' (Error: EACCES: permission denied, open '/a')".
  const code = syscall === undefined ? (/\b(E[A-Z]+): /.exec(message)?.[1] ?? '') : codeOf(error);
  const meaning = meanings[code];
  if (meaning !== undefined) return `${meaning} (${code})`;
  // "ETXTBSY: text file is busy, open '/a'"
  const described = code === '' || syscall === undefined ? undefined : /^[A-Z0-9]+: (.+?), [a-z]/.exec(message)?.[1];
  return described === undefined ? message : `${described} (${code})`;
}

/** The message of any error: of the system's in words, with the file. */
export function plainMessage(error: unknown): string {
  const { path, syscall, message } = error as NodeJS.ErrnoException;
  // Our own errors may have a code too; their messages say more.
  if (syscall === undefined) return message;
  return path === undefined ? reasonOf(error) : `${path}: ${reasonOf(error)}`;
}

/** What helps where something cannot be written, besides writing elsewhere; undefined where nothing else does. */
export const writeRemedy = (error: unknown): string | undefined => writeRemedies[codeOf(error)];

/**
 * Why something cannot be written, and what helps: "the disk is full (ENOSPC): make room there, or choose another place".
 * @param otherwise what always helps
 */
export function writeObstacle(error: unknown, otherwise = 'choose another place'): string {
  if (!isDiskError(error)) return reasonOf(error);
  const remedy = writeRemedy(error);
  return `${reasonOf(error)}: ${remedy === undefined ? '' : `${remedy}, or `}${otherwise}`;
}
