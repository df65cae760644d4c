import { code, escaped } from '../show/markdown.ts';
import { passing } from '../show/verdict-text.ts';
import type { Outcome, Verdict } from '../types.ts';

/** Before and after of one backend, with the evidence of each check. */
export function verdictMarkdown(verdict: Verdict): string[] {
  const { checks, environment, baseline } = verdict;
  const total = checks.length;
  return [
    `## ${escaped(verdict.backend)}: before and after`,
    '',
    `**${verdict.result}**: ${passing(checks, 'before')} of ${total} checks passed before, ${passing(checks, 'after')} of ${total} pass now.`,
    '',
    ...(baseline
      ? ['Before, the server said:', '', ...fenced(baseline.error), ...explained(baseline.explainedBy)]
      : []),
    '| Check | Rows | Before | Now | Evidence |',
    '| --- | --- | --- | --- | --- |',
    ...checks.map(({ title, tasks, before, after }) =>
      ['', cell(title), tasks.join(', '), before.status, after.status, cell(after.evidence), '']
        .join(' | ')
        .trim(),
    ),
    '',
    ...checks.flatMap(({ title, after }) => nextOf(title, after)),
    ...checks.flatMap(({ title, after }) => logOf(title, after)),
    ...environmentMarkdown(environment),
  ];
}

/** What verification could not check, and why. */
export function uncheckedMarkdown(verdict: Verdict): string[] {
  const unknown = verdict.checks.filter(({ after }) => after.status === 'unknown');
  if (unknown.length === 0) return [];
  return [
    `## ${escaped(verdict.backend)}: what could not be checked`,
    '',
    ...unknown.map(({ title, after }) => `- ${escaped(title)}: ${escaped(after.evidence)}`),
    '',
  ];
}

function environmentMarkdown(environment: Verdict['environment']): string[] {
  const { python, node, installer, database, boxed, command, packages } = environment;
  const lines = [
    ...(python ? [`- Python: ${escaped(python)}`] : []),
    ...(node ? [`- Node: ${escaped(node)}`] : []),
    ...(installer ? [`- Installed by: ${escaped(installer)}`] : []),
    ...(database ? [`- Database: ${escaped(database)}`] : []),
    `- Sandbox: ${boxed ? 'yes' : 'no, --no-sandbox was given or there is none'}`,
    ...(command ? [`- Started by: ${code(command)}`] : []),
    ...Object.entries(packages).map(([name, version]) => `- ${code(`${name}==${version}`)}`),
  ];
  return ['Checked with:', '', ...lines, ''];
}

function explained(key: string | undefined): string[] {
  return key ? [`Explained by ${code(key)}.`, ''] : [];
}

function nextOf(title: string, { next }: Outcome): string[] {
  return next ? [`- ${escaped(title)}. Next: ${escaped(next)}`, ''] : [];
}

function logOf(title: string, outcome: Outcome): string[] {
  return outcome.log && outcome.status === 'fail'
    ? [`Log of "${escaped(title)}":`, '', ...fenced(outcome.log)]
    : [];
}

function fenced(text: string): string[] {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return [`${fence}text`, ...text.trimEnd().split('\n'), fence, ''];
}

/** A cell of a table: one line, without the sign that ends it. */
function cell(text: string): string {
  return escaped(text).replace(/\s*\n\s*/g, ' ');
}
