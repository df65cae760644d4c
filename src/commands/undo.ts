import { resolve } from 'node:path';
import { count } from '../show/layout.ts';
import { redo, undo } from '../stages/undo.ts';
import type { Context } from './context.ts';
import { recoverFirst } from './project.ts';
import { runArgument } from './run-argument.ts';
import { pathArgument } from './shell.ts';

/** Takes a run back, or writes it again. Returns 0; what cannot be done is thrown. */
export async function undoRun(
  args: readonly string[],
  action: 'undo' | 'redo',
  context: Context,
): Promise<number> {
  const { path, id } = runArgument(args, context.host.absoluteCwd);
  const absoluteRoot = resolve(context.host.absoluteCwd, path);
  await recoverFirst(absoluteRoot, context);
  const run = await (action === 'undo' ? undo : redo)(absoluteRoot, id);
  const argument = pathArgument(path);
  const files = count(run.changes.length, 'file');
  context.terminal.result(
    action === 'undo'
      ? `Run ${run.id} is undone: ${files} as before it.\nTo write it again:  fix-backend redo${argument}`
      : `Run ${run.id} is written again: ${files}.\nTo take it back:  fix-backend undo${argument}`,
  );
  return 0;
}
