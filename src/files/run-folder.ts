import { randomInt } from 'node:crypto';
import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { FixBackendError } from '../types.ts';
import { removeEntry, replaceDurably } from './file-state.ts';
import { type Folder, inFolder } from './folder.ts';
import { errorCode, ioError, onFile } from './io-error.ts';
import { JOURNAL } from './journal.ts';

/** The one folder that we make in a project; it holds `.gitignore`, and `runs/<id>/` for every run. */
export const HOME = '.fix-backend';
const RUNS = `${HOME}/runs`;
const ID = /^\d{8}-\d{4}-[0-9a-z]{3}$/;

/** The folder of a run, relative to the root. Throws FixBackendError (2) where it cannot be an id. */
export function runFolder(id: string): string {
  if (ID.test(id)) return `${RUNS}/${id}`;
  throw new FixBackendError(`${JSON.stringify(id)} is not the id of a run.`, {
    next: 'List the runs:  fix-backend history',
    exitCode: 2,
  });
}

/** The ids of all runs below a root, oldest minute first. None where `.fix-backend` is missing or not a real folder. */
export function runIds(absoluteRoot: string): string[] {
  try {
    const names = inFolder(absoluteRoot, RUNS, (runs) => runs.list());
    return names.filter((name) => ID.test(name)).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof FixBackendError) return [];
    throw ioError(RUNS, error);
  }
}

/** Makes the folder of a new run, for nobody but us to read, durable; returns its id, e.g. `20261123-0912-k3f`. */
export function createRunFolder(absoluteRoot: string, startedAt: Date): string {
  return onFile(HOME, () => {
    ensureHome(absoluteRoot);
    for (;;) {
      const id = newId(startedAt);
      if (!ensureFolder(absoluteRoot, RUNS, id, 0o700)) continue;
      ensureFolder(absoluteRoot, `${RUNS}/${id}`, 'backups', 0o700);
      return id;
    }
  });
}

function ensureHome(absoluteRoot: string): void {
  ensureFolder(absoluteRoot, '', HOME, 0o700);
  inFolder(absoluteRoot, HOME, hideFromGit);
  ensureFolder(absoluteRoot, HOME, 'runs', 0o700);
}

function hideFromGit(home: Folder): void {
  if (!home.list().includes('.gitignore')) replaceDurably(home, '.gitignore', Buffer.from('*\n'), 0o600);
}

function newId(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const letters = randomInt(36 ** 3).toString(36);
  return `${day}-${two(at.getHours())}${two(at.getMinutes())}-${letters.padStart(3, '0')}`;
}

/** Makes a folder and makes its entry durable. Returns false where something of that name is there. */
export function ensureFolder(absoluteRoot: string, parent: string, name: string, mode: number): boolean {
  return inFolder(absoluteRoot, parent, (held) => {
    try {
      mkdirSync(held.at(name), mode);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
    held.sync();
    return true;
  });
}

/**
 * Removes a run's folder with all it holds, the journal first: a folder without one is finished off by recovery.
 * Symbolic links in it are removed, never followed.
 */
export function removeRunFolder(absoluteRoot: string, id: string): void {
  onFile(RUNS, () => {
    inFolder(absoluteRoot, runFolder(id), (held) => {
      for (const name of Object.values(JOURNAL)) removeEntry(held, name);
    });
    inFolder(absoluteRoot, RUNS, (runs) => {
      rmSync(runs.at(id), { recursive: true, force: true });
      runs.sync();
    });
  });
}

/** Removes what a failed apply left in `.fix-backend`. An error here is less than the one that led to it. */
export function removeTraces(absoluteRoot: string, id: string | undefined): void {
  try {
    if (id !== undefined) removeRunFolder(absoluteRoot, id);
    removeEmptyHome(absoluteRoot);
  } catch (error) {
    if (!(error instanceof FixBackendError)) throw error;
  }
}

/** Removes `.fix-backend` where it holds no run any more. Anything else in it stays, and so does the folder. */
export function removeEmptyHome(absoluteRoot: string): void {
  if (runIds(absoluteRoot).length > 0) return;
  try {
    inFolder(absoluteRoot, HOME, (home) => {
      if (home.list().includes('runs')) rmdirSync(home.at('runs'));
      removeEntry(home, '.gitignore.tmp');
      if (home.list().every((name) => name === '.gitignore')) removeEntry(home, '.gitignore');
    });
    inFolder(absoluteRoot, '', (root) => rmdirSync(root.at(HOME)));
  } catch (error) {
    if (errorCode(error) === undefined && !(error instanceof FixBackendError)) throw error;
  }
}
