import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal } from '../files/journal.ts';
import { isBusy, withLock } from '../files/lock.ts';
import { realRoot } from '../files/real-root.ts';
import { journalStages, readJournal, toRun } from '../files/run-files.ts';
import { HOME, removeEmptyHome, removeRunFolder, runIds } from '../files/run-folder.ts';
import { putBack } from '../files/transaction.ts';
import type { Run } from '../types.ts';

/** What recovery did about one run that was broken off. */
export interface Recovery {
  /** `rolled-back`; or `applied`/`undone` where it was a later undo or redo that was broken off and taken back. */
  run: Run;
  /** Files that someone changed after the break: left alone, their originals are in the run's `backups/`. */
  left: string[];
}

/**
 * Puts back what a broken-off apply or undo left half done; every command calls it first.
 * Costs one look at the disk where there is nothing to do. Does nothing while another process is at work.
 * Throws FixBackendError (3) where a file cannot be put back.
 */
export async function recover(absoluteRoot: string): Promise<Recovery[]> {
  if (!existsSync(join(absoluteRoot, HOME))) return [];
  const root = realRoot(absoluteRoot);
  const ids = runIds(root);
  if (ids.length > 0 && !ids.some((id) => isUnfinished(root, id))) return [];
  try {
    return await withLock(root, () => recoverLocked(root));
  } catch (error) {
    if (isBusy(error)) return [];
    throw error;
  }
}

/** The same for a caller that holds the lock. `absoluteRoot` is a real path. */
export function recoverLocked(absoluteRoot: string): Recovery[] {
  const unfinished = runIds(absoluteRoot).filter((id) => isUnfinished(absoluteRoot, id));
  const recovered = unfinished.flatMap((id) => recoverRun(absoluteRoot, id));
  removeEmptyHome(absoluteRoot);
  return recovered;
}

/** Prepared and not ended, or broken off before it was prepared. */
function isUnfinished(absoluteRoot: string, id: string): boolean {
  const stages = journalStages(absoluteRoot, id);
  return stages.has('hot') || stages.size === 0;
}

function recoverRun(absoluteRoot: string, id: string): Recovery[] {
  const hot = readJournal(absoluteRoot, id, 'hot');
  if (!hot) {
    removeRunFolder(absoluteRoot, id);
    return [];
  }
  const left = putBack(absoluteRoot, hot);
  return [{ run: toRun(absoluteRoot, hot, stateAfter(hot)), left }];
}

function stateAfter(hot: Journal): Run['state'] {
  if (hot.action === 'apply') return 'rolled-back';
  return hot.action === 'undo' ? 'applied' : 'undone';
}
