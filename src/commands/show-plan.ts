import { onDisk } from '../plan/on-disk.ts';
import type { Format } from '../show/format.ts';
import { patchPrefix } from '../show/patch-prefix.ts';
import { remainderText } from '../show/plan-text.ts';
import { show } from '../stages/show.ts';
import type { Plan } from '../types.ts';
import type { Context } from './context.ts';
import type { Project } from './project.ts';

/**
 * Prints a plan on standard output in the asked format, with places as they are on disk; JSON is printed by whoever knows
 * the end of the run. With a patch, what it cannot say goes to standard error.
 */
export function showPlan(
  plan: Plan,
  project: Project,
  options: { format: Format; showSecrets: boolean; remainder: boolean },
  { terminal, host }: Context,
): void {
  const { format } = options;
  if (format === 'json') return;
  const prefix = patchPrefix(project.absoluteRoot, host.absoluteCwd);
  const now = onDisk(plan, project.workspace);
  const shown = show(now, project.workspace, { ...terminal.layout, ...options, format, prefix });
  if ('text' in shown) {
    terminal.result(shown.text.trimEnd());
    return;
  }
  terminal.bytes(shown.bytes);
  const rest = remainderText(now, terminal.layout).trimEnd();
  if (rest !== '') terminal.say(rest);
  for (const { file, line } of shown.omitted) {
    terminal.say(
      `${file}:${line} is left out of the patch, because a secret stands there; to have it in, add --show-secrets.`,
    );
  }
}
