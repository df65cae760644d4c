import { checkWritable } from '../files/check-writable.ts';
import { type FileState, ourselves, readState } from '../files/file-state.ts';
import { ioError } from '../files/io-error.ts';
import type { Change, Journal } from '../files/journal.ts';
import { withLock } from '../files/lock.ts';
import { newBytes } from '../files/new-text.ts';
import { writableParts } from '../files/path-guard.ts';
import { realRoot } from '../files/real-root.ts';
import { backUp, toRun } from '../files/run-files.ts';
import { createRunFolder, removeTraces } from '../files/run-folder.ts';
import { carryOut } from '../files/transaction.ts';
import { type FileChange, FixBackendError, type Plan, type Progress, type Run } from '../types.ts';
import { recoverLocked } from './recover.ts';

export interface ApplyOptions {
  progress?: Progress;
  /** The moment that the run's id is made of; now by default. */
  startedAt?: Date;
}

interface Prepared {
  change: FileChange;
  before: { state: FileState; bytes: Buffer } | null;
  bytes: Buffer;
}

/**
 * Writes a plan's changes into the project: all of them, or none, also through `kill -9` and loss of power.
 * Every file is compared with the plan's hashes first. The order (lock, recovery, hashes, backups, journal, temporary
 * files, renames, commit) is that of SQLite's multi-file commit, https://www.sqlite.org/atomiccommit.html.
 * Throws FixBackendError: 2 nothing to write or no such root, 3 the system refuses or another run is at work, 4 a file
 * is not as the plan says. In every case the files are as before.
 */
export async function apply(plan: Plan, options: ApplyOptions = {}): Promise<Run> {
  const absoluteRoot = realRoot(plan.absoluteRoot);
  if (plan.changes.length === 0) throw nothingToWrite();
  return withLock(absoluteRoot, () => {
    recoverLocked(absoluteRoot);
    const prepared = checkPlan(absoluteRoot, plan.changes);
    const folders = checkWritable(
      absoluteRoot,
      plan.changes.map((change) => change.path),
    );
    const text = `${prepared.length} ${prepared.length === 1 ? 'file' : 'files'}`;
    options.progress?.({ stage: 'apply', text, state: 'start' });
    const run = write(absoluteRoot, prepared, folders, options.startedAt ?? new Date());
    options.progress?.({ stage: 'apply', text, state: 'done' });
    return run;
  });
}

function nothingToWrite(): FixBackendError {
  return new FixBackendError('The plan changes no file.', {
    next: 'See why:  fix-backend audit',
    exitCode: 2,
  });
}

/** Compares every file with the plan before one is written; the error names all that differ. */
function checkPlan(absoluteRoot: string, changes: FileChange[]): Prepared[] {
  const paths = new Set(changes.map((change) => change.path));
  if (paths.size !== changes.length) throw new RangeError('the plan names a file twice');
  for (const path of paths) writableParts(path);
  const found = changes.map((change) => ({ change, before: readState(absoluteRoot, change.path) }));
  const stale = found.filter(({ change, before }) => !isAsPlanned(change, before?.state ?? null));
  if (stale.length > 0) throw stalePlan(stale.map(({ change }) => change.path));
  return found.map(({ change, before }) => ({
    change,
    before,
    bytes: newBytes(change, before?.bytes ?? null),
  }));
}

function isAsPlanned(change: FileChange, now: FileState | null): boolean {
  if (now === null || change.before === null) return now === null && change.before === null;
  return now.hash === change.before && now.mode === (change.mode & 0o7777);
}

function stalePlan(paths: string[]): FixBackendError {
  const others = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
  return new FixBackendError(`${paths[0]}${others} changed since this plan was made.`, {
    next: 'Make the plan again:  fix-backend --dry-run',
    exitCode: 4,
  });
}

function write(absoluteRoot: string, prepared: Prepared[], folders: string[], startedAt: Date): Run {
  const id = backUpAll(absoluteRoot, prepared, startedAt);
  const journal = toJournal(id, prepared, folders, startedAt);
  const bytes = new Map(prepared.map((each) => [each.change.path, each.bytes]));
  carryOut(absoluteRoot, journal, (change) => bytes.get(change.path) ?? Buffer.alloc(0));
  return toRun(absoluteRoot, journal, 'applied');
}

function backUpAll(absoluteRoot: string, prepared: Prepared[], startedAt: Date): string {
  let id: string | undefined;
  try {
    id = createRunFolder(absoluteRoot, startedAt);
    const originals = prepared.flatMap(({ before }) => (before ? [before] : []));
    backUp(absoluteRoot, id, originals);
    return id;
  } catch (error) {
    removeTraces(absoluteRoot, id);
    throw ioError('.fix-backend', error);
  }
}

function toJournal(id: string, prepared: Prepared[], folders: string[], startedAt: Date): Journal {
  const changes = prepared.map(({ change, before }, index): Change => {
    const after = {
      hash: change.after,
      mode: before?.state.mode ?? change.mode & 0o777,
      ...(before ? { uid: before.state.uid, gid: before.state.gid } : ourselves()),
      mtime: null,
    };
    return {
      path: change.path,
      before: before?.state ?? null,
      after,
      temporary: `.fix-backend-${id}-${index}`,
    };
  });
  return { version: 1, id, startedAt: startedAt.toISOString(), action: 'apply', changes, folders };
}
