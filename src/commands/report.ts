import { resolve } from 'node:path';
import { readRunFile } from '../files/run-files.ts';
import { listRuns } from '../stages/history.ts';
import { FixBackendError } from '../types.ts';
import type { Context } from './context.ts';
import { recoverFirst } from './project.ts';
import { runArgument } from './run-argument.ts';
import { pathArgument } from './shell.ts';

/** Prints the report of a run, the newest by default. Throws FixBackendError (2) where there is none. */
export async function printReport(
  args: readonly string[],
  options: { format: 'markdown' | 'json' },
  context: Context,
): Promise<number> {
  const { path, id } = runArgument(args, context.host.absoluteCwd);
  const absoluteRoot = resolve(context.host.absoluteCwd, path);
  await recoverFirst(absoluteRoot, context);
  const run = listRuns(absoluteRoot).find((each) => id === undefined || each.id === id);
  const text = run && readRunFile(run, options.format === 'json' ? 'report.json' : 'report.md');
  if (!text) {
    throw new FixBackendError(id ? `there is no report of a run ${id}.` : `there is no report in ${path}.`, {
      next: `List the runs:  fix-backend history${pathArgument(path)}`,
      exitCode: 2,
    });
  }
  if (options.format === 'json') context.terminal.raw(text);
  else context.terminal.result(text.trimEnd());
  return 0;
}
