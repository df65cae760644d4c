import { resolve } from 'node:path';
import { count } from '../show/layout.ts';
import { listRuns } from '../stages/history.ts';
import type { Context } from './context.ts';
import { recoverFirst } from './project.ts';

/** Lists the runs of a folder, newest first. */
export async function history(path: string, context: Context): Promise<number> {
  const absoluteRoot = resolve(context.host.absoluteCwd, path);
  await recoverFirst(absoluteRoot, context);
  const runs = listRuns(absoluteRoot);
  if (runs.length === 0) context.terminal.say('There are no runs here.');
  for (const run of runs) {
    const paths = run.changes.map((change) => change.path);
    const more = paths.length > 3 ? ', …' : '';
    const files = `${count(paths.length, 'file').padEnd(9)} ${paths.slice(0, 3).join(', ')}${more}`;
    context.terminal.result(
      `${run.id}  ${run.startedAt.slice(0, 16).replace('T', ' ')}  ${run.state.padEnd(11)}  ${files}`,
    );
  }
  return 0;
}
