import type { Journal } from '../files/journal.ts';
import { withLock } from '../files/lock.ts';
import { realRoot } from '../files/real-root.ts';
import { readJournal, toRun } from '../files/run-files.ts';
import { removeEmptyHome, removeRunFolder, runIds } from '../files/run-folder.ts';
import { FixBackendError, type Run } from '../types.ts';

/** Every run below a root, newest first. A run whose journal is damaged is left out: it can be neither shown nor undone. */
export function listRuns(absoluteRoot: string): Run[] {
  const root = realRoot(absoluteRoot);
  const runs = runIds(root).flatMap((id) => readRun(root, id) ?? []);
  return runs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

function readRun(absoluteRoot: string, id: string): Run | undefined {
  const hot = journalOrNone(absoluteRoot, id, 'hot');
  if (hot) return toRun(absoluteRoot, hot, 'prepared');
  const done = journalOrNone(absoluteRoot, id, 'done');
  if (done) return toRun(absoluteRoot, done, done.action === 'undo' ? 'undone' : 'applied');
  const back = journalOrNone(absoluteRoot, id, 'rolledBack');
  return back && toRun(absoluteRoot, back, 'rolled-back');
}

function journalOrNone(
  absoluteRoot: string,
  id: string,
  stage: 'hot' | 'done' | 'rolledBack',
): Journal | undefined {
  try {
    return readJournal(absoluteRoot, id, stage);
  } catch (error) {
    if (error instanceof FixBackendError && error.exitCode !== 2) return undefined;
    throw error;
  }
}

export interface CleanOptions {
  /** Only runs that were started before this moment; all by default. */
  before?: Date;
  /** Only these runs. */
  ids?: string[];
}

/**
 * Removes the backups, journals and reports of finished runs, which cannot be undone after that. A run that is
 * prepared and not ended is never removed. Returns the removed runs.
 * Throws FixBackendError (3) where the system refuses or another process is at work.
 */
export function clean(absoluteRoot: string, options: CleanOptions = {}): Promise<Run[]> {
  const root = realRoot(absoluteRoot);
  return withLock(root, () => {
    const chosen = listRuns(root).filter((run) => run.state !== 'prepared' && isChosen(run, options));
    for (const run of chosen) removeRunFolder(root, run.id);
    removeEmptyHome(root);
    return chosen;
  });
}

function isChosen(run: Run, { before, ids }: CleanOptions): boolean {
  const old = before === undefined || run.startedAt < before.toISOString();
  return old && (ids === undefined || ids.includes(run.id));
}
