import { FixBackendError, type Problem } from '../types.ts';
import { checkWritable } from './check-writable.ts';
import { readState } from './file-state.ts';
import { writableParts } from './path-guard.ts';

/**
 * The files among these (relative to the root) that apply would refuse to edit or create, and why: a symbolic or hard
 * link, no permission, a path that is not part of the project. For planning, so that one such file does not stop the rest.
 * None where the permission to write is missing for all of them: such a plan is still worth reading, and apply refuses it whole.
 */
export function notEditable(absoluteRoot: string, paths: readonly string[]): Problem[] {
  const refused = paths.flatMap((path) => {
    const error = refusal(absoluteRoot, path);
    return error ? [{ path, error }] : [];
  });
  const allForPermission =
    refused.length === paths.length && refused.every(({ error }) => error.exitCode === 3);
  if (allForPermission) return [];
  return refused.map(({ path, error }) => ({ file: path, message: error.message, next: error.next }));
}

function refusal(absoluteRoot: string, path: string): FixBackendError | undefined {
  try {
    writableParts(path);
    readState(absoluteRoot, path);
    checkWritable(absoluteRoot, [path]);
    return undefined;
  } catch (error) {
    if (!(error instanceof FixBackendError)) throw error;
    return error;
  }
}
