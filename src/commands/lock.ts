import { mkdtemp, readFile, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, sha256 } from '../files/source-file.ts';
import { paint } from '../terminal/paint.ts';
import type { FileChange, Plan } from '../types.ts';
import { cleaningUp } from '../verify/interrupt.ts';
import { run } from '../verify/process.ts';
import { copyTree, layOver } from '../verify/tree.ts';
import { PREFIX, sweepLeftovers } from '../verify/trees.ts';
import type { Context } from './context.ts';
import { asTyped, type Refresh, refreshes } from './install-commands.ts';
import { lastLines } from './last-lines.ts';
import { plannedBytes } from './planned-bytes.ts';
import type { Project } from './project.ts';

/** Resolving asks the index about every package. */
const LIMIT = 600_000;

/**
 * The plan with the lock files as their own package managers write them for the changed manifests, because the person typed
 * `--lock`. They run in a copy of the project: what they write is a part of the plan then, with a backup and an undo, and where
 * one fails nothing of it stays; its command is said, and `complete` is false.
 */
export async function withLocks(
  plan: Plan,
  project: Project,
  context: Context,
): Promise<{ plan: Plan; complete: boolean }> {
  const wanted = refreshes(plan, project.workspace);
  if (wanted.length === 0) return { plan, complete: true };
  const temporary = await realpath(tmpdir());
  await sweepLeftovers(temporary);
  const absoluteFolder = await mkdtemp(join(temporary, `${PREFIX}${process.pid}-lock-`));
  return cleaningUp(absoluteFolder, async () => {
    const copy = join(absoluteFolder, 'project');
    await copyTree(project.absoluteRoot, copy, new Set());
    await layOver(copy, plannedBytes(plan, project.workspace));
    // What pip-compile writes may be in the plan already: its own way of writing it is the better one.
    const changes = new Map(plan.changes.map((change) => [change.path, change]));
    let complete = true;
    for (const refresh of wanted) {
      const change = await refreshed(refresh, copy, project, context);
      if (change === 'failed') complete = false;
      else if (change.before === change.after) changes.delete(change.path);
      else changes.set(change.path, change);
    }
    return { plan: { ...plan, changes: [...changes.values()] }, complete };
  });
}

/** Runs one command in the copy. Returns what becomes of the lock file that is on disk. */
async function refreshed(
  refresh: Refresh,
  copy: string,
  project: Project,
  { terminal, host }: Context,
): Promise<FileChange | 'failed'> {
  const typed = asTyped(refresh, project.path);
  const fail = (why: string): 'failed' => {
    terminal.progress({ stage: 'lock', text: refresh.lock, state: 'fail' });
    const next = `The lock file stays as it is. Once that is put right:  ${typed}`;
    terminal.say(`${why}\n${paint('red', 'fix-backend:')} ${refresh.lock} was not refreshed. ${next}`);
    return 'failed';
  };
  terminal.say(`$ ${typed}`);
  terminal.progress({ stage: 'lock', text: refresh.lock, state: 'start' });
  for (const command of refresh.commands) {
    const env = { ...(host.env as Record<string, string>), CI: 'true' };
    const done = await run(command, { cwd: join(copy, refresh.folder), env, limit: LIMIT });
    if (done.code === 127) return fail(`There is no ${command[0]} on the PATH.`);
    if (done.late) return fail(`It was not done within ${LIMIT / 60_000} minutes.`);
    if (done.code !== 0) return fail(lastLines(`${done.out}\n${done.error}`));
  }
  const before = project.workspace.read(refresh.lock);
  const bytes = await readFile(join(copy, refresh.lock)).catch(() => undefined);
  const after = bytes && before && decode(refresh.lock, bytes, before.mode);
  if (!bytes || !before?.hash || !after) return fail('What it left is not a lock file that can be read.');
  terminal.progress({ stage: 'lock', text: refresh.lock, state: 'done' });
  const whole = { file: refresh.lock, start: 0, end: before.text.length, text: after.text };
  return {
    path: refresh.lock,
    before: before.hash,
    after: sha256(bytes),
    mode: before.mode,
    encoding: after.encoding,
    passes: [[whole]],
  };
}
