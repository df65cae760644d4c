import { redact } from '../redact.ts';
import { changesMarkdown, notChangedMarkdown } from '../report/changes.ts';
import { uncheckedMarkdown, verdictMarkdown } from '../report/verdict.ts';
import { planJson, redacted, SCHEMA_VERSION } from '../show/json.ts';
import { count } from '../show/layout.ts';
import { code, escaped } from '../show/markdown.ts';
import { stepViews } from '../show/view.ts';
import type { Plan, Run, Verdict, VerifyLevel } from '../types.ts';
import type { Workspace } from '../workspace.ts';

/** Everything that a report says; `workspace` is the one that the plan was made of. */
export interface Reported {
  run: Run;
  plan: Plan;
  workspace: Workspace;
  verdicts: Verdict[];
  verification: VerifyLevel | 'none';
}

const UNASKED = 'Verification was not asked for.';
const UNFINISHED = 'Verification did not come to its end.';

/**
 * The report of one run, as Markdown for a person and as JSON for a program, both without secrets: each change with
 * the old and the new text, why and by which source; what was not changed, why and what to do; before and after.
 */
export function report(reported: Reported): { markdown: string; json: string } {
  const { run, plan, workspace, verdicts, verification } = reported;
  const views = stepViews(plan, workspace, false);
  const names = plan.backends.map(({ name }) => name).join(', ');
  const parts = [
    `# ${escaped(names || 'fix-backend')}: what was repaired`,
    '',
    `Run ${code(run.id)} of ${code(plan.tool)}, ${run.startedAt}. ${count(plan.steps.length, 'repair')} in ${count(run.changes.length, 'file')}.`,
    `Undo it with ${code(`fix-backend undo ${run.id}`)} in the project's folder; the backups are in ${code(`.fix-backend/runs/${run.id}/backups`)}.`,
    '',
    ...(verdicts.length === 0
      ? [verification === 'none' ? UNASKED : UNFINISHED, '']
      : verdicts.flatMap(verdictMarkdown)),
    ...changesMarkdown(views),
    ...notChangedMarkdown(plan),
    ...verdicts.flatMap(uncheckedMarkdown),
  ];
  const json = { schemaVersion: SCHEMA_VERSION, run, ...planJson(plan, views), verification, verdicts };
  return { markdown: `${redact(parts.join('\n')).trimEnd()}\n`, json: redacted(json) };
}
