import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { FixBackendError, type Run } from '../types.ts';
import {
  createDurably,
  type FileState,
  ourselves,
  readState,
  removeEntry,
  replaceDurably,
} from './file-state.ts';
import { type Folder, inFolder } from './folder.ts';
import { errorCode, onFile } from './io-error.ts';
import { decodeJournal, encodeJournal, JOURNAL, type Journal } from './journal.ts';
import { runFolder } from './run-folder.ts';

/** A run's journal in one of its stages; undefined where there is none. Throws FixBackendError (3) where it is damaged. */
export function readJournal(
  absoluteRoot: string,
  id: string,
  stage: keyof typeof JOURNAL,
): Journal | undefined {
  const path = `${runFolder(id)}/${JOURNAL[stage]}`;
  const found = readState(absoluteRoot, path);
  return found ? decodeJournal(found.bytes, path, id) : undefined;
}

/** Which of the three journals a run has. */
export function journalStages(absoluteRoot: string, id: string): Set<string> {
  return onFile(runFolder(id), () =>
    inFolder(absoluteRoot, runFolder(id), (held) => {
      const names = new Set(held.list());
      return new Set(Object.entries(JOURNAL).flatMap(([stage, name]) => (names.has(name) ? [stage] : [])));
    }),
  );
}

/** Makes a journal durable under its hot name: from here on, the next command finishes or takes back what it lists. */
export function prepareJournal(absoluteRoot: string, journal: Journal): void {
  inRunFolder(absoluteRoot, journal.id, JOURNAL.hot, (held) => {
    replaceDurably(held, JOURNAL.hot, encodeJournal(journal), 0o600);
  });
}

/** The commit point: one rename. Only a loss of power in the next moment can undo it, and then everything is put back. */
export function commitJournal(absoluteRoot: string, id: string): void {
  inRunFolder(absoluteRoot, id, JOURNAL.done, (held) => {
    renameSync(held.at(JOURNAL.hot), held.at(JOURNAL.done));
    syncIfPossible(held);
  });
}

/** Ends a prepared journal whose changes were put back: an older, committed one of the same run holds again. */
export function dropJournal(absoluteRoot: string, id: string): void {
  inRunFolder(absoluteRoot, id, JOURNAL.rolledBack, (held) => {
    const names = held.list();
    removeEntry(held, `${JOURNAL.hot}.tmp`);
    if (names.includes(JOURNAL.done)) removeEntry(held, JOURNAL.hot);
    else if (names.includes(JOURNAL.hot)) renameSync(held.at(JOURNAL.hot), held.at(JOURNAL.rolledBack));
    syncIfPossible(held);
  });
}

function inRunFolder(absoluteRoot: string, id: string, name: string, use: (held: Folder) => void): void {
  const folder = runFolder(id);
  onFile(`${folder}/${name}`, () => inFolder(absoluteRoot, folder, use));
}

/** After the rename there is no way back: an error here must not make the caller believe that it did not happen. */
function syncIfPossible(held: Folder): void {
  try {
    held.sync();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}

/** Keeps files' bytes in the run's folder under their SHA-256, durable, with the file's mode or narrower. */
export function backUp(
  absoluteRoot: string,
  id: string,
  contents: { bytes: Buffer; state: FileState }[],
): void {
  const folder = `${runFolder(id)}/backups`;
  onFile(folder, () =>
    inFolder(absoluteRoot, folder, (held) => {
      for (const { bytes, state } of contents) {
        if (readState(absoluteRoot, `${folder}/${state.hash}`)?.state.hash === state.hash) continue;
        onFile(`${folder}/${state.hash}`, () => keep(held, bytes, state));
      }
      held.sync();
    }),
  );
}

/** What a broken-off run left under the name is not whole, and goes. */
function keep(held: Folder, bytes: Buffer, { hash, mode }: FileState): void {
  removeEntry(held, hash);
  createDurably(held, hash, bytes, { mode: mode & 0o600, ...ourselves(), mtime: null });
}

/** The kept bytes with this SHA-256. Throws FixBackendError (3) where they are gone or are other bytes by now. */
export function readBackup(absoluteRoot: string, id: string, hash: string): Buffer {
  const folder = `${runFolder(id)}/backups`;
  if (!/^[0-9a-f]{64}$/.test(hash)) throw lost(`${folder}/${hash}`);
  const found = readState(absoluteRoot, `${folder}/${hash}`);
  if (found?.state.hash !== hash) throw lost(`${folder}/${hash}`);
  return found.bytes;
}

function lost(path: string): FixBackendError {
  return new FixBackendError(`The backup ${path} is gone or damaged.`, {
    next: 'Take the file from your version control, or from your own backup.',
    exitCode: 3,
  });
}

/**
 * Writes a file for the person (`report.md`, `verdict.json`) into the run's folder, in one step.
 * `name` is one part and cannot be the journal's. The text is written as it is: redact it first.
 */
export function writeRunFile(run: Pick<Run, 'id' | 'absoluteRoot'>, name: string, text: string): void {
  if (!/^[a-z][\w.-]*$/i.test(name) || /^(journal|backups)/i.test(name)) {
    throw new RangeError(`not a name for a run's file: ${name}`);
  }
  inRunFolder(run.absoluteRoot, run.id, name, (held) => {
    replaceDurably(held, name, Buffer.from(text, 'utf8'), 0o600);
  });
}

/** Reads what `writeRunFile` wrote; undefined where there is none. */
export function readRunFile(run: Pick<Run, 'id' | 'absoluteRoot'>, name: string): string | undefined {
  return readState(run.absoluteRoot, `${runFolder(run.id)}/${name}`)?.bytes.toString('utf8');
}

/** The run as the other stages see it. */
export function toRun(absoluteRoot: string, journal: Journal, state: Run['state']): Run {
  const forward = journal.action === 'undo' ? journal.changes.map(reversed) : journal.changes;
  return {
    id: journal.id,
    absoluteRoot,
    absoluteFolder: join(absoluteRoot, runFolder(journal.id)),
    startedAt: journal.startedAt,
    state,
    changes: forward.map(({ path, before, after }) => ({
      path,
      before: before?.hash ?? null,
      after: after?.hash ?? '',
      mode: (after ?? before)?.mode ?? 0,
    })),
  };
}

/** The change that takes another back. */
export function reversed<T extends Pick<Journal['changes'][number], 'before' | 'after'>>(change: T): T {
  return { ...change, before: change.after, after: change.before };
}
