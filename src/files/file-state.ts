import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { FixBackendError } from '../types.ts';
import { type Folder, inFolder, splitPath } from './folder.ts';
import { errorCode, onFile } from './io-error.ts';
import { sha256 } from './source-file.ts';

/** What a file is besides its name. The journal holds it of every file, before and after. */
export interface FileState {
  hash: string;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Milliseconds; null means the moment it is written. */
  mtime: number | null;
}

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Reads a regular file below the root; null where there is none.
 * Throws FixBackendError (4) for a symbolic link, a second hard link (a rename would part the two names), or anything
 * that is not a file, and (3) where it cannot be read.
 */
export function readState(absoluteRoot: string, path: string): { state: FileState; bytes: Buffer } | null {
  const { folder, name } = splitPath(path);
  return onFile(path, () => {
    try {
      return inFolder(absoluteRoot, folder, (held) => readIn(held, name, path));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw errorCode(error) === 'ELOOP' ? unfit(path, 'is a symbolic link') : error;
    }
  });
}

function readIn(held: Folder, name: string, path: string): { state: FileState; bytes: Buffer } {
  // O_NONBLOCK: opening a named pipe must not wait for its other end.
  const fd = openSync(held.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw unfit(path, 'is not a regular file');
    if (stats.nlink > 1n) throw unfit(path, `is one of ${stats.nlink} hard links to the same file`);
    const bytes = readFileSync(fd);
    return { state: stateOf(stats, sha256(bytes)), bytes };
  } finally {
    closeSync(fd);
  }
}

function stateOf(stats: BigIntStats, hash: string): FileState {
  return {
    hash,
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtime: Number(stats.mtimeNs) / 1e6,
  };
}

function unfit(path: string, what: string): FixBackendError {
  const [file, copy] = [path, `${path}.copy`].map((each) => `'${each.replaceAll("'", "'\\''")}'`);
  return new FixBackendError(`${path} ${what}; fix-backend writes only to files of their own.`, {
    next: `Make it a file of its own:  cp -p ${file} ${copy} && mv ${copy} ${file}`,
    exitCode: 4,
  });
}

/** True where both are absent, or have the same bytes and permission bits. */
export function sameState(a: FileState | null, b: FileState | null): boolean {
  return a === null || b === null ? a === b : a.hash === b.hash && a.mode === b.mode;
}

/** Writes a new file into a held folder, durable before it returns. Throws EEXIST where there is one. */
export function createDurably(
  held: Folder,
  name: string,
  bytes: Buffer,
  state: Omit<FileState, 'hash'>,
): void {
  const fd = openSync(held.at(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    writeFileSync(fd, bytes);
    keepOwner(fd, state);
    fchmodSync(fd, state.mode & 0o7777);
    if (state.mtime !== null) futimesSync(fd, state.mtime / 1000, state.mtime / 1000);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Only root can give a file away; where we are not, and the owner is another, the file becomes ours. */
function keepOwner(fd: number, { uid, gid }: { uid: number; gid: number }): void {
  const made = fstatSync(fd);
  if (made.uid === uid && made.gid === gid) return;
  try {
    fchownSync(fd, uid, gid);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error;
  }
}

/** Removes an entry; one that is not there is fine. */
export function removeEntry(held: Folder, name: string): void {
  try {
    unlinkSync(held.at(name));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** Replaces a file of a held folder by new bytes in one step: readers see the old or the new, never half. */
export function replaceDurably(held: Folder, name: string, bytes: Buffer, mode: number): void {
  const temporary = `${name}.tmp`;
  removeEntry(held, temporary);
  createDurably(held, temporary, bytes, { mode, ...ourselves(), mtime: null });
  renameSync(held.at(temporary), held.at(name));
  held.sync();
}

/** The owner that files of ours get. */
export function ourselves(): { uid: number; gid: number } {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}
