import { checkWritable } from '../files/check-writable.ts';
import { readState, sameState } from '../files/file-state.ts';
import type { Change, Journal } from '../files/journal.ts';
import { withLock } from '../files/lock.ts';
import { realRoot } from '../files/real-root.ts';
import { backUp, readBackup, readJournal, reversed, toRun } from '../files/run-files.ts';
import { runFolder, runIds } from '../files/run-folder.ts';
import { carryOut } from '../files/transaction.ts';
import { FixBackendError, type Run } from '../types.ts';
import { listRuns } from './history.ts';
import { recoverLocked } from './recover.ts';

/**
 * Gives back the bytes, permission bits, owner (where we may), time of change and absence that the files of a run had
 * before it: of all files, or of none. Without an id: the newest applied run.
 * Throws FixBackendError: 2 no such run or nothing to undo, 3 the system refuses, 4 a file is not as the run left it.
 */
export function undo(absoluteRoot: string, runId?: string): Promise<Run> {
  return turn(absoluteRoot, runId, { from: 'applied', action: 'undo', to: 'undone' });
}

/** Undoes an undo: the files are as the run left them again. Without an id: the run that was undone last. */
export function redo(absoluteRoot: string, runId?: string): Promise<Run> {
  return turn(absoluteRoot, runId, { from: 'undone', action: 'redo', to: 'applied' });
}

interface Turn {
  from: 'applied' | 'undone';
  action: 'undo' | 'redo';
  to: 'applied' | 'undone';
}

function turn(absoluteRoot: string, runId: string | undefined, by: Turn): Promise<Run> {
  const root = realRoot(absoluteRoot);
  if (runId !== undefined) runFolder(runId);
  return withLock(root, () => {
    recoverLocked(root);
    const done = readJournal(root, choose(root, runId, by), 'done');
    if (!done) throw new RangeError('a chosen run has a journal');
    const journal = checked(root, done, by);
    carryOut(root, journal, (change) => readBackup(root, journal.id, change.after?.hash ?? ''));
    return toRun(root, journal, by.to);
  });
}

function choose(absoluteRoot: string, runId: string | undefined, by: Turn): string {
  const runs = listRuns(absoluteRoot);
  const ids = runs.map((run) => run.id);
  if (runId === undefined) {
    const newest = runs.find((run) => run.state === by.from);
    return newest?.id ?? refuse(`There is no run to ${by.action} in ${absoluteRoot}.`);
  }
  if (!runIds(absoluteRoot).includes(runId)) {
    return refuse(`There is no run ${runId}; there ${ids.length ? `are ${ids.join(', ')}` : 'is none'}.`);
  }
  const state = runs.find((run) => run.id === runId)?.state;
  return state === by.from ? runId : refuse(`The run ${runId} is not ${by.from} but ${state ?? 'damaged'}.`);
}

function refuse(message: string): never {
  throw new FixBackendError(message, { next: 'List the runs:  fix-backend history', exitCode: 2 });
}

/** The journal of the way back, after every file was looked at and every byte that is needed is kept. */
function checked(absoluteRoot: string, done: Journal, by: Turn): Journal {
  const found = done.changes.map((change) => ({ change, now: readState(absoluteRoot, change.path) }));
  const foreign = found.filter(({ change, now }) => !sameState(now?.state ?? null, change.after));
  if (foreign.length > 0)
    throw notAsLeft(
      foreign.map(({ change }) => change.path),
      done.id,
      by,
    );
  checkWritable(
    absoluteRoot,
    done.changes.map((change) => change.path),
  );
  for (const { change } of found) if (change.before) readBackup(absoluteRoot, done.id, change.before.hash);
  backUp(
    absoluteRoot,
    done.id,
    found.flatMap(({ now }) => (now ? [now] : [])),
  );
  const changes = found.map(({ change, now }): Change => reversed({ ...change, after: now?.state ?? null }));
  return { ...done, action: by.action, changes };
}

function notAsLeft(paths: string[], id: string, by: Turn): FixBackendError {
  const run = by.action === 'undo' ? 'the run' : 'its undoing';
  const others = paths.length > 1 ? ` and ${paths.length - 1} more are` : ' is';
  return new FixBackendError(`${paths[0]}${others} not as ${run} left it: someone changed it since.`, {
    next: `Undo a later run first (fix-backend history), or take what you need from .fix-backend/runs/${id}/backups`,
    exitCode: 4,
  });
}
