import { dirtyFiles } from '../git.ts';
import { count } from '../show/layout.ts';
import { question } from '../terminal/question.ts';
import { FixBackendError, type Plan } from '../types.ts';
import type { Context } from './context.ts';
import type { Project } from './project.ts';

/** More names than these say no more. */
const NAMED = 5;

/**
 * Refuses a git tree with changes that are not committed, so that the repair can be told from the person's own work.
 * Where a person was asked already, they may decide it now. Throws FixBackendError (2).
 */
export async function checkClean(
  plan: Plan,
  project: Project,
  how: { allowed: boolean; mayAsk: boolean },
  { terminal, host }: Context,
): Promise<void> {
  if (how.allowed) return;
  const dirty = dirtyFiles(project.absoluteRoot);
  if (dirty.length === 0) return;
  const touched = new Set(plan.changes.map(({ path }) => path));
  const names = [...dirty.filter((path) => touched.has(path)), ...dirty.filter((path) => !touched.has(path))];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const message = `${count(dirty.length, 'file')} with changes that are not committed: ${names.slice(0, NAMED).join(', ')}${more}.`;
  if (how.mayAsk) {
    terminal.say(message);
    const letters = [
      { letter: 'y', words: ['yes'] },
      { letter: 'n', words: ['no'] },
    ];
    const answers = { initial: 'n', end: 'n' };
    if ((await question('Write all the same? [y n]', letters, answers, terminal, host)) === 'y') return;
  }
  throw new FixBackendError(message, {
    next: `Commit or stash them, or write all the same:  fix-backend${project.argument} --allow-dirty`,
    exitCode: 2,
  });
}
