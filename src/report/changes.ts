import { code, escaped, fileMarkdown } from '../show/markdown.ts';
import { place, reasonText } from '../show/plan-text.ts';
import { type FindingView, safetyWord } from '../show/view.ts';
import type { Left, Plan } from '../types.ts';

/** Each change: where, old and new, why, the source of the fact, and the rows of the task list that it carries out. */
export function changesMarkdown(views: readonly FindingView[]): string[] {
  if (views.length === 0) return [];
  return ['## Changed', '', ...views.flatMap(changeMarkdown)];
}

function changeMarkdown({ finding, number, files }: FindingView): string[] {
  return [
    `### ${number}. ${escaped(finding.title)}`,
    '',
    `- Where: ${code(place(finding))}`,
    `- What: ${escaped(finding.message)}`,
    `- Why: ${escaped(finding.why)}`,
    ...(typeof finding.safety === 'object' ? [`- May change: ${escaped(finding.safety.unsafe)}`] : []),
    ...(finding.docs ? [`- Source: <${finding.docs}>`] : []),
    `- By: ${code(finding.transform)} (${safetyWord(finding.safety)})${rows(finding.tasks)}`,
    '',
    ...files.flatMap(fileMarkdown),
  ];
}

/** Each thing that was found and not changed: why, and what a person does next. */
export function notChangedMarkdown(plan: Plan): string[] {
  const left = plan.left.map((entry) => leftMarkdown(entry, plan.left));
  const problems = plan.problems.map(
    ({ file, line, message, next }) =>
      `- ${code(line === undefined ? file : `${file}:${line}`)} ${escaped(message)}\n  - Next: ${escaped(next)}`,
  );
  const notes = plan.notes.map((note) => `- ${code(place(note))} ${escaped(note.message)}`);
  const skipped = plan.skipped.map(({ file, why }) => `- ${code(file)} ${escaped(why)}`);
  return [
    ...section('Not changed', left),
    ...section('Could not be looked at', problems),
    ...section('Skipped', skipped),
    ...section('Worth knowing', notes),
  ];
}

function leftMarkdown(left: Left, all: readonly Left[]): string {
  const { finding } = left;
  return [
    `- ${code(place(finding))} ${escaped(finding.message)}`,
    `  - Why not: ${escaped(reasonText(left, all))}`,
    `  - Why it matters: ${escaped(finding.why)}`,
    `  - Next: ${escaped(finding.next ?? `fix-backend explain ${finding.transform}`)}`,
    `  - By: ${code(finding.transform)}${rows(finding.tasks)}`,
  ].join('\n');
}

function rows(tasks: readonly string[]): string {
  return tasks.length === 0 ? '' : `, ${tasks.join(', ')}`;
}

function section(title: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : [`## ${title}`, '', ...entries, ''];
}
