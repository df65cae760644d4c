import { closeSync, constants, existsSync, fsyncSync, openSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { FixBackendError } from '../types.ts';
import { errorCode } from './io-error.ts';
import { safeParts } from './path-guard.ts';

/** A folder that is held open, so that nobody can swap it for another while it is used. */
export interface Folder {
  /** The path by which the folder itself is reached. */
  path: string;
  /** The path by which an entry of this folder is reached; `name` is one part. */
  at(name: string): string;
  /** The names of its entries. */
  list(): string[];
  /** Makes entries that were created, renamed or removed durable. */
  sync(): void;
}

const { O_RDONLY, O_DIRECTORY = 0, O_NOFOLLOW = 0 } = constants;
const HAS_HANDLES = existsSync('/proc/self/fd');

/**
 * Opens a folder (relative to the root, `''` is the root) without following a symbolic link below the root.
 * On Linux every step goes through a directory handle (`/proc/self/fd/N`), the same as openat(2) with O_NOFOLLOW: what
 * is opened once stays the same folder. Elsewhere the real path is compared, which a race can still get past.
 * Throws FixBackendError (4) where a part is a symbolic link or not a folder; ENOENT where it is not there.
 */
export function inFolder<T>(absoluteRoot: string, folder: string, use: (folder: Folder) => T): T {
  const parts = folder === '' ? [] : safeParts(folder);
  const fd = HAS_HANDLES
    ? openByHandle(absoluteRoot, parts, folder)
    : openByPath(absoluteRoot, parts, folder);
  const base = HAS_HANDLES ? `/proc/self/fd/${fd}` : join(absoluteRoot, ...parts);
  try {
    return use({
      path: base,
      at: (name) => `${base}/${onePart(name)}`,
      list: () => readdirSync(base),
      sync: () => syncFolder(fd),
    });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The folder that holds a file, and the file's name in it. */
export function splitPath(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf('/');
  return { folder: at < 0 ? '' : path.slice(0, at), name: path.slice(at + 1) };
}

function openByHandle(absoluteRoot: string, parts: string[], folder: string): number {
  let fd = openSync(absoluteRoot, O_RDONLY | O_DIRECTORY);
  try {
    for (const part of parts) {
      const next = openSync(`/proc/self/fd/${fd}/${part}`, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      closeSync(fd);
      fd = next;
    }
    return fd;
  } catch (error) {
    closeSync(fd);
    throw notAFolder(folder, error);
  }
}

function openByPath(absoluteRoot: string, parts: string[], folder: string): number | undefined {
  const absolute = join(absoluteRoot, ...parts);
  if (realpathSync(absolute) !== join(realpathSync(absoluteRoot), ...parts)) throw notAFolder(folder);
  // Windows cannot open a folder; its directory changes are durable without it.
  return process.platform === 'win32' ? undefined : openSync(absolute, O_RDONLY | O_DIRECTORY);
}

function notAFolder(folder: string, error?: unknown): unknown {
  if (error !== undefined && !['ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return error;
  return new FixBackendError(`${folder} is, or lies behind, a symbolic link or is not a folder.`, {
    next: 'Put the real folder there, then make the plan again:  fix-backend --dry-run',
    exitCode: 4,
    cause: error,
  });
}

function onePart(name: string): string {
  const [part, ...rest] = safeParts(name);
  if (part === undefined || rest.length > 0) throw new RangeError(`not one part of a path: ${name}`);
  return part;
}

function syncFolder(fd: number | undefined): void {
  if (fd !== undefined) fsyncSync(fd);
}
