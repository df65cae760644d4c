import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { BackendFacts } from '../types.ts';
import type { DatabasePlan } from './database-plan.ts';
import { copyTree, layOver } from './tree.ts';

/** The copies that are looked at, absolute. */
export interface Copies {
  after: string;
  before: string | undefined;
}

/** Copies the project into a folder of ours, and the untouched tree beside it where it is known. */
export async function makeCopies(
  absoluteRoot: string,
  absoluteFolder: string,
  before: ReadonlyMap<string, Buffer | null> | undefined,
  leftOut: ReadonlySet<string>,
): Promise<Copies> {
  const copies = { after: join(absoluteFolder, 'after'), before: before && join(absoluteFolder, 'before') };
  await mkdir(absoluteFolder, { recursive: true });
  await copyTree(absoluteRoot, copies.after, leftOut);
  if (copies.before && before) {
    await copyTree(copies.after, copies.before, new Set());
    await layOver(copies.before, before);
  }
  return copies;
}

/** A developer's own SQLite files stay out, so that the start makes fresh ones. Paths relative to the project. */
export function databaseFiles(facts: BackendFacts, plan: DatabasePlan): Set<string> {
  const folders = ['', facts.root, facts.entry?.cwd ?? ''];
  const names = plan.files.flatMap((file) => folders.map((folder) => normalize(join(folder, file))));
  return new Set(names.flatMap((name) => ['', '-journal', '-wal', '-shm'].map((end) => name + end)));
}

export const PREFIX = 'fix-backend-verify-';

/** Removes what a killed run left in the temporary folder (absolute). */
export async function sweepLeftovers(absoluteTemporary: string): Promise<void> {
  for (const name of await readdir(absoluteTemporary).catch(() => [])) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid && !isAlive(Number(pid)))
      await rm(join(absoluteTemporary, name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
