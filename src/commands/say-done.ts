import { count, indented, type Layout } from '../show/layout.ts';
import { remainderText } from '../show/plan-text.ts';
import { verdictText } from '../show/verdict-text.ts';
import { paint } from '../terminal/paint.ts';
import type { Plan, Run, Verdict } from '../types.ts';
import type { Context } from './context.ts';
import { explainedFailures } from './explained.ts';
import { asTyped, installs, refreshes } from './install-commands.ts';
import type { FixOptions } from './options.ts';
import type { Project } from './project.ts';

/** The last lines of a run: what was written, where the backups are, what verification saw, and what to type next. */
export function sayDone(
  done: { run: Run; plan: Plan; verdicts: readonly Verdict[]; project: Project },
  options: FixOptions,
  { terminal }: Context,
): void {
  const { run, plan, verdicts, project } = done;
  const { layout } = terminal;
  const print = (text: string) =>
    options.format === 'text' || options.format === 'markdown' ? terminal.result(text) : terminal.say(text);
  const changed = `${count(plan.steps.length, 'repair')} in ${count(run.changes.length, 'file')} written.`;
  const toInstall = installs(plan, project.workspace).map((each): [string, string] => [
    'install',
    asTyped(each, project.path),
  ]);
  const toRefresh = refreshes(plan, project.workspace).map((each): [string, string] => [
    'lock',
    asTyped(each, project.path),
  ]);
  const next: [string, string][] = [
    ['report', `fix-backend report${project.argument}`],
    ['undo', `fix-backend undo${project.argument}`],
    ...(options.install || options.lock ? [] : toRefresh),
    ...(options.install ? [] : toInstall),
    ...(verdicts.length === 0
      ? [['verify', `fix-backend verify${project.argument}`] as [string, string]]
      : []),
  ];
  print(
    [
      '',
      paint('bold', changed),
      `Backups are in .fix-backend/runs/${run.id}/`,
      ...remainder(plan, options, layout),
      ...verdicts.flatMap((verdict) => ['', verdictText(verdict, layout)]),
      ...explained(done, layout),
      ...(verdicts.some(({ result }) => result === 'broken')
        ? [
            '',
            paint('red', 'Something fails that did not before. The changes stay until you take them back.'),
          ]
        : []),
      '',
      ...next.map(([what, command]) => `  ${what.padEnd(10)}${paint('bold', command)}`),
    ].join('\n'),
  );
}

/** The transforms that know an error which is still seen. */
function explained({ plan, verdicts, project }: Parameters<typeof sayDone>[0], { width }: Layout): string[] {
  const lines = explainedFailures(plan, verdicts, project);
  return lines.length > 0
    ? ['', 'What is known of it:', ...lines.flatMap((line) => indented(line, 2, width))]
    : [];
}

/** Where the diff was shown as text, what is left is said now, with its lines as they are after writing. */
function remainder(plan: Plan, { format }: FixOptions, layout: Layout): string[] {
  const text = format === 'text' ? remainderText(plan, layout).trimEnd() : '';
  return text === '' ? [] : ['', text];
}
