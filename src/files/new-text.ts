import { type FileChange, FixBackendError } from '../types.ts';
import { applyEdits, decode, encode, sha256 } from './source-file.ts';

/**
 * The bytes that a change writes, made again from the file's bytes by replaying the plan's passes.
 * `bytes` is null where the file is created. Throws FixBackendError (3) where the result is not what the plan says:
 * then the plan was damaged, or made by another version.
 */
export function newBytes(change: FileChange, bytes: Buffer | null): Buffer {
  const text = bytes === null ? '' : decode(change.path, bytes, change.mode)?.text;
  if (text === undefined) throw unlike(change.path);
  const result = replay(change, text);
  const written = encode(result, change.encoding);
  const survives = decode(change.path, written, change.mode)?.text === result;
  if (!survives || sha256(written) !== change.after) throw unlike(change.path);
  return written;
}

function replay(change: FileChange, text: string): string {
  try {
    return change.passes.reduce(applyEdits, text);
  } catch (error) {
    throw error instanceof RangeError ? unlike(change.path) : error;
  }
}

function unlike(path: string): FixBackendError {
  return new FixBackendError(`Carrying out the plan does not give the ${path} that the plan says.`, {
    next: 'Make the plan again with this version:  fix-backend --dry-run',
    exitCode: 3,
  });
}
