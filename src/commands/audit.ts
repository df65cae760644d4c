import { onDisk } from '../plan/on-disk.ts';
import { planJson } from '../show/json.ts';
import { count } from '../show/layout.ts';
import { stepViews } from '../show/view.ts';
import type { Context } from './context.ts';
import type { AuditOptions } from './options.ts';
import { openProject } from './project.ts';
import { shownCode } from './remaining.ts';
import { type Outcome, runEach } from './run-each.ts';
import { showPlan } from './show-plan.ts';

/** Lists what is wrong in each path, repairs with their diffs. Writes nothing, runs nothing; exit 1 where there is anything. */
export function audit(paths: readonly string[], options: AuditOptions, context: Context): Promise<number> {
  return runEach(paths, options, context, (path) => auditOne(path, options, context));
}

async function auditOne(path: string, options: AuditOptions, context: Context): Promise<Outcome> {
  const project = await openProject(path, options, context);
  const plan = project.plan({ unsafe: true, refused: new Set() });
  showPlan(plan, project, { ...options, remainder: true }, context);
  const found = count(plan.steps.length + plan.left.length, 'finding');
  context.terminal.say(
    plan.steps.length > 0 ? `${found}. To repair:  fix-backend${project.argument}` : `${found}.`,
  );
  const json = planJson(
    onDisk(plan, project.workspace),
    stepViews(plan, project.workspace, options.showSecrets),
  );
  return { code: shownCode(plan), summary: found, json };
}
