import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { FixBackendError } from '../types.ts';
import { errorCode, ioError } from './io-error.ts';

/**
 * The real path of a project's root.
 * Throws FixBackendError (2) where it is not there, is not a folder, or may not be read.
 */
export function realRoot(absoluteRoot: string): string {
  try {
    const real = realpathSync(absoluteRoot);
    if (!statSync(real).isDirectory()) throw wrongRoot(`${absoluteRoot} is a file, not a folder.`);
    accessSync(real, constants.R_OK | constants.X_OK);
    return real;
  } catch (error) {
    throw explain(absoluteRoot, error);
  }
}

function explain(absoluteRoot: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return wrongRoot(`There is no ${absoluteRoot}.`, error);
  if (code === 'ELOOP') return wrongRoot(`${absoluteRoot} is a loop of symbolic links.`, error);
  if (code === 'EACCES' || code === 'EPERM') return wrongRoot(`${absoluteRoot} may not be read.`, error);
  return ioError(absoluteRoot, error);
}

function wrongRoot(message: string, cause?: unknown): FixBackendError {
  return new FixBackendError(message, {
    next: 'Name the folder that holds the project:  fix-backend PATH',
    exitCode: 2,
    cause,
  });
}
