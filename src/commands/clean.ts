import { resolve } from 'node:path';
import { count } from '../show/layout.ts';
import { clean } from '../stages/history.ts';
import type { Context } from './context.ts';
import { recoverFirst } from './project.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Removes what finished runs keep; `olderThan` counts in days. */
export async function cleanRuns(
  path: string,
  options: { olderThan?: number },
  context: Context,
): Promise<number> {
  const absoluteRoot = resolve(context.host.absoluteCwd, path);
  await recoverFirst(absoluteRoot, context);
  const before =
    options.olderThan === undefined ? {} : { before: new Date(Date.now() - options.olderThan * DAY) };
  const removed = await clean(absoluteRoot, before);
  context.terminal.result(`${count(removed.length, 'run')} removed, with backups and reports.`);
  return 0;
}
