import { renameSync, rmdirSync } from 'node:fs';
import { FixBackendError } from '../types.ts';
import { createDurably, type FileState, readState, removeEntry, sameState } from './file-state.ts';
import { type Folder, inFolder, splitPath } from './folder.ts';
import { errorCode, onFile, withUntouched } from './io-error.ts';
import type { Change, Journal } from './journal.ts';
import { writableParts } from './path-guard.ts';
import { commitJournal, dropJournal, prepareJournal, readBackup } from './run-files.ts';
import { ensureFolder, removeTraces } from './run-folder.ts';

/**
 * Carries out a journal's changes, all or none. The backups of every `before` must be durable already.
 * `bytesOf` gives the bytes of a change's `after`. On any error the files are put back before it is thrown on;
 * where even that fails the journal stays hot, and the next command puts them back.
 */
export function carryOut(absoluteRoot: string, journal: Journal, bytesOf: (change: Change) => Buffer): void {
  checkPaths(journal);
  try {
    prepareJournal(absoluteRoot, journal);
    if (journal.action !== 'undo') makeFolders(absoluteRoot, journal);
    for (const change of journal.changes) writeTemporary(absoluteRoot, change, bytesOf);
    for (const change of journal.changes) swapIn(absoluteRoot, change);
    if (journal.action === 'undo') removeFolders(absoluteRoot, journal);
    syncFolders(absoluteRoot, journal);
    commitJournal(absoluteRoot, journal.id);
  } catch (error) {
    throw putBackAfter(absoluteRoot, journal, error);
  }
}

/** A journal may come with a stranger's repository: it must not reach what a plan must not reach. */
function checkPaths(journal: Journal): void {
  for (const path of [...journal.folders, ...journal.changes.map((change) => change.path)])
    writableParts(path);
}

function putBackAfter(absoluteRoot: string, journal: Journal, error: unknown): unknown {
  try {
    const left = putBack(absoluteRoot, journal);
    if (left.length === 0 && journal.action === 'apply') removeTraces(absoluteRoot, journal.id);
    return left.length === 0
      ? error
      : withUntouched(error, `Left as someone else wrote it: ${left.join(', ')}.`);
  } catch {
    const next = 'Put that right; the next command puts every file back:  fix-backend history';
    return withUntouched(
      error,
      'Putting the files back failed too; their backups and the journal are kept.',
      next,
    );
  }
}

function makeFolders(absoluteRoot: string, journal: Journal): void {
  for (const path of journal.folders) {
    const { folder, name } = splitPath(path);
    onFile(path, () => ensureFolder(absoluteRoot, folder, name, 0o777));
  }
}

function writeTemporary(absoluteRoot: string, change: Change, bytesOf: (change: Change) => Buffer): void {
  const { after, path, temporary } = change;
  if (after === null) return;
  inFolderOf(absoluteRoot, path, (held) => createDurably(held, temporary, bytesOf(change), after));
}

/** The last look at the file is the step before the rename: a change by anyone else until then stops the run. */
function swapIn(absoluteRoot: string, { path, before, after, temporary }: Change): void {
  const now = readState(absoluteRoot, path)?.state ?? null;
  if (!sameState(now, before)) throw changedMeanwhile(path);
  inFolderOf(absoluteRoot, path, (held, name) => {
    if (after === null) removeEntry(held, name);
    else renameSync(held.at(temporary), held.at(name));
  });
}

function changedMeanwhile(path: string): FixBackendError {
  return new FixBackendError(`${path} was changed by someone else while fix-backend was writing.`, {
    untouched: 'Every file is as it was before.',
    next: 'Make the plan again:  fix-backend --dry-run',
    exitCode: 4,
  });
}

function syncFolders(absoluteRoot: string, journal: Journal): void {
  for (const folder of new Set(journal.changes.map((change) => splitPath(change.path).folder))) {
    try {
      onFile(folder || '.', () => inFolder(absoluteRoot, folder, (held) => held.sync()));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/**
 * Takes a prepared journal back: every file is as in `before` again, temporary files and new folders are gone.
 * May be broken off and repeated at any point. A file that is neither as before nor as after belongs to someone
 * else by now and is left alone; its path is returned.
 */
export function putBack(absoluteRoot: string, journal: Journal): string[] {
  checkPaths(journal);
  if (journal.action === 'undo') makeFolders(absoluteRoot, journal);
  for (const change of journal.changes) dropTemporary(absoluteRoot, change);
  const left = journal.changes.filter((change) => !putOneBack(absoluteRoot, journal.id, change));
  if (journal.action !== 'undo') removeFolders(absoluteRoot, journal);
  syncFolders(absoluteRoot, journal);
  dropJournal(absoluteRoot, journal.id);
  return left.map((change) => change.path);
}

function dropTemporary(absoluteRoot: string, { path, temporary }: Change): void {
  try {
    inFolderOf(absoluteRoot, path, (held) => removeEntry(held, temporary));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function putOneBack(absoluteRoot: string, id: string, change: Change): boolean {
  const { path, before, after, temporary } = change;
  const now = lookAt(absoluteRoot, path);
  if (now !== 'foreign' && sameState(now, before)) return true;
  if (now === 'foreign' || !sameState(now, after)) return false;
  inFolderOf(absoluteRoot, path, (held, name) => {
    if (before === null) return removeEntry(held, name);
    createDurably(held, temporary, readBackup(absoluteRoot, id, before.hash), before);
    renameSync(held.at(temporary), held.at(name));
  });
  return true;
}

/** `foreign`: no longer a regular file of its own. */
function lookAt(absoluteRoot: string, path: string): FileState | null | 'foreign' {
  try {
    return readState(absoluteRoot, path)?.state ?? null;
  } catch (error) {
    if (error instanceof FixBackendError && error.exitCode === 4) return 'foreign';
    throw error;
  }
}

function removeFolders(absoluteRoot: string, journal: Journal): void {
  for (const path of [...journal.folders].reverse()) onFile(path, () => removeFolder(absoluteRoot, path));
}

/** Somebody else's file in it keeps a folder. */
function removeFolder(absoluteRoot: string, path: string): void {
  const { folder, name } = splitPath(path);
  try {
    inFolder(absoluteRoot, folder, (held) => {
      rmdirSync(held.at(name));
      held.sync();
    });
  } catch (error) {
    if (!isGone(error) && !['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  }
}

function inFolderOf(absoluteRoot: string, path: string, use: (held: Folder, name: string) => void): void {
  const { folder, name } = splitPath(path);
  onFile(path, () => inFolder(absoluteRoot, folder, (held) => use(held, name)));
}

/** The folder is not there, or a link took its place: there is nothing of ours in it. */
function isGone(error: unknown): boolean {
  const code = errorCode(error) ?? errorCode(error instanceof FixBackendError ? error.cause : undefined);
  return code === 'ENOENT' || (error instanceof FixBackendError && error.exitCode === 4);
}
