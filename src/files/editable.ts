import { FixBackendError, type Problem } from '../types.ts';
import { checkWritable } from './check-writable.ts';
import { readState } from './file-state.ts';
import { writableParts } from './path-guard.ts';

/**
 * Why apply would refuse to edit or create this file (relative to the root): a symbolic or hard link, no permission,
 * a path that is not part of the project. Undefined where it would not. For planning, so that a finding in such a file
 * becomes a problem instead of stopping the whole apply.
 */
export function whyNotEditable(absoluteRoot: string, path: string): Problem | undefined {
  try {
    writableParts(path);
    readState(absoluteRoot, path);
    checkWritable(absoluteRoot, [path]);
    return undefined;
  } catch (error) {
    if (!(error instanceof FixBackendError)) throw error;
    return { file: path, message: error.message, next: error.next };
  }
}
