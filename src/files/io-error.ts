import { FixBackendError } from '../types.ts';

const WORDS: Record<string, string> = {
  ENOSPC: 'there is no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  EIO: 'the disk reported an input/output error',
  EMFILE: 'too many files are open in this process',
  ENFILE: 'too many files are open on this machine',
  ENOENT: 'it is not there',
};

/** What a person does about it; `path` as it is typed in a POSIX shell. */
const NEXT: Record<string, (path: string) => string> = {
  EACCES: (path) => `Give yourself permission, then run the same command again:  chmod u+rwX ${path}`,
  ENOSPC: () => 'Free some space, then run the same command again.',
  EROFS: () => 'Make a copy on a disk that can be written to, and run the same command there.',
};

/** A path as it is typed in a POSIX shell. */
export function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** The error code of a system call (`ENOSPC`), or undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Runs one operation on one file; a failing system call becomes an error that names the file, exit code 3.
 * `path` is shown to the person: relative to the root. Other errors pass through.
 */
export function onFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ioError(path, error);
  }
}

export function ioError(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof FixBackendError || code === undefined) return error;
  return new FixBackendError(`${path}: ${WORDS[code] ?? 'the system refused'} (${code}).`, {
    next: NEXT[code]?.(shellWord(path)) ?? 'Put that right, then run the same command again.',
    exitCode: 3,
    cause: error,
  });
}

/** The same error, with another sentence about what was and was not changed. */
export function withUntouched(error: unknown, untouched: string, next?: string): unknown {
  if (!(error instanceof FixBackendError)) return error;
  const { message, exitCode, cause } = error;
  return new FixBackendError(message, { untouched, next: next ?? error.next, exitCode, cause });
}
