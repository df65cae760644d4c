import { FixBackendError } from '../types.ts';
import type { FileState } from './file-state.ts';
import { sha256 } from './source-file.ts';

/** One file's step. A null state means that the file is not there. */
export interface Change {
  path: string;
  before: FileState | null;
  after: FileState | null;
  /** Name of the temporary file beside it, so that recovery finds it. */
  temporary: string;
}

/**
 * What a run is about to do or has done; on disk before the first file of the project is touched (the rollback
 * journal of SQLite, https://www.sqlite.org/atomiccommit.html).
 */
export interface Journal {
  version: 1;
  id: string;
  /** When the run was applied first, ISO 8601; undoing does not change it. */
  startedAt: string;
  action: 'apply' | 'undo' | 'redo';
  changes: Change[];
  /** Folders that were not there before the run was applied, outermost first: made by it, removed by undoing it. */
  folders: string[];
}

/** Names in the run's folder. The rename of `hot` to `done` is the commit. */
export const JOURNAL = { hot: 'journal.hot', done: 'journal', rolledBack: 'journal.rolled-back' } as const;

/** Checksum of the rest, newline, JSON. */
export function encodeJournal(journal: Journal): Buffer {
  const json = Buffer.from(`${JSON.stringify(journal, null, 1)}\n`, 'utf8');
  return Buffer.concat([Buffer.from(`${sha256(json)}\n`, 'latin1'), json]);
}

/** Throws FixBackendError (3) where the checksum is wrong or it is not the journal of run `id`; `where` is shown. */
export function decodeJournal(bytes: Buffer, where: string, id: string): Journal {
  const json = bytes.subarray(65);
  const intact = bytes.subarray(0, 65).toString('latin1') === `${sha256(json)}\n`;
  const journal = intact ? (JSON.parse(json.toString('utf8')) as Journal) : undefined;
  if (journal?.version !== 1 || journal.id !== id || !journal.changes.every(isOurs)) throw damaged(where);
  return journal;
}

/** A name that only we give, so that recovery never removes a file of the project as a temporary one. */
function isOurs(change: Change): boolean {
  return change.temporary.startsWith('.fix-backend-');
}

function damaged(where: string): FixBackendError {
  return new FixBackendError(`${where} is damaged: its checksum or its content is wrong.`, {
    next: `The files as they were lie beside it, in backups/, named by their SHA-256. When you have put them back, remove the folder of ${where}.`,
    exitCode: 3,
  });
}
