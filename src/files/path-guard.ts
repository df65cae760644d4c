import { FixBackendError } from '../types.ts';

/** Folders that no plan and no journal may write into: git runs what lies in the first, we trust what lies in the second. */
const RESERVED = new Set(['.git', '.fix-backend']);

/**
 * Splits a path relative to the root into its parts.
 * Throws where it could name anything outside the root: absolute, `..`, `.`, empty parts, NUL, a drive or a backslash on Windows.
 */
export function safeParts(path: string): string[] {
  const parts = path.split('/');
  if (parts.some(isUnsafe)) throw refused(path, 'leads out of the project');
  return parts;
}

/** As `safeParts`, and throws for a path into `.git` or `.fix-backend`, however it is spelt on a disk that ignores case. */
export function writableParts(path: string): string[] {
  const parts = safeParts(path);
  // Windows drops trailing dots and spaces and knows `git~1`; macOS ignores case (CVE-2014-9390).
  const names = parts.map((part) => part.toLowerCase().replace(/[. ]+$/, ''));
  if (names.some((name) => RESERVED.has(name) || /^git~\d$/.test(name))) {
    throw refused(path, 'is not part of the project');
  }
  return parts;
}

function isUnsafe(part: string): boolean {
  if (part === '' || part === '.' || part === '..' || part.includes('\0')) return true;
  return process.platform === 'win32' && /[\\:]/.test(part);
}

function refused(path: string, why: string): FixBackendError {
  return new FixBackendError(`${JSON.stringify(path)} ${why}; fix-backend does not write there.`, {
    next: 'Make the plan again:  fix-backend --dry-run',
    exitCode: 4,
  });
}
