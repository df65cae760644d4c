import { FixBackendError } from '../types.ts';

/** An error of the operating system, such as a full disk. */
export function isRefusal(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** What is said where the copies cannot be made in the temporary folder (absolute), or something else is refused. */
export function refused({ code, message }: NodeJS.ErrnoException, temporary: string): FixBackendError {
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const what = full ? `there is no space left in ${temporary} to verify in` : 'the system refuses to verify';
  return new FixBackendError(`${what} (${message}).`, {
    untouched: 'The project is as it was, and nothing is left there.',
    next: `Free space, or name another folder:  TMPDIR=FOLDER fix-backend verify`,
    exitCode: 3,
  });
}
