import type { Finding, Plan } from '../types.ts';
import { place, reasonText } from './plan-text.ts';
import { type FileView, type FindingView, safetyWord } from './view.ts';

/** The whole plan as Markdown, for a pull request or an issue. */
export function planMarkdown(plan: Plan, views: readonly FindingView[]): string {
  const open = plan.left.filter(({ reason }) => reason !== 'skipped');
  return [
    `# ${plan.backends.map(({ name }) => name).join(', ') || 'fix-backend'}`,
    '',
    ...views.flatMap(findingMarkdown),
    ...list(
      'Left for you',
      open.map(
        (left) =>
          `${at(left.finding)} ${left.finding.message} ${italic(reasonText(left, plan.left))}${next(left.finding.next)}`,
      ),
    ),
    ...list(
      'Worth knowing',
      plan.notes.map((note) => `${at(note)} ${escaped(note.message)}`),
    ),
    ...list(
      'Could not be looked at',
      plan.problems.map(({ file, message, next: step }) => `${code(file)} ${escaped(message)}${next(step)}`),
    ),
    ...list(
      'Skipped',
      plan.skipped.map(({ file, why }) => `${code(file)} ${escaped(why)}`),
    ),
  ].join('\n');
}

function findingMarkdown({ finding, files }: FindingView): string[] {
  return [
    `## ${escaped(finding.title)}`,
    '',
    `${code(finding.transform)}, ${safetyWord(finding.safety)}, ${at(finding)}`,
    '',
    `${escaped(finding.message)} ${finding.why === finding.message ? '' : escaped(finding.why)}`.trimEnd(),
    ...(typeof finding.safety === 'object' ? ['', `**May change:** ${escaped(finding.safety.unsafe)}`] : []),
    '',
    ...files.flatMap(fileMarkdown),
    ...(finding.docs ? [`Source: <${finding.docs}>`, ''] : []),
  ];
}

export function fileMarkdown(file: FileView): string[] {
  const name = `${code(file.path)}${file.created ? ' (new file)' : ''}`;
  if (file.hidden) return [`${name}: the change lies inside a secret.`, ''];
  if (file.hunks.length === 0) return [`${name}: empty.`, ''];
  const lines = file.hunks.flatMap(({ header, lines }) => [
    header,
    ...lines.map(({ kind, text }) => kind + text),
  ]);
  const fence = '`'.repeat(Math.max(3, ...lines.map((line) => (/`+/.exec(line)?.[0].length ?? 0) + 1)));
  return [`${name}`, '', `${fence}diff`, ...lines, fence, ''];
}

function list(title: string, entries: string[]): string[] {
  return entries.length === 0 ? [] : [`## ${title}`, '', ...entries.map((entry) => `- ${entry}`), ''];
}

function at(finding: Finding): string {
  return code(place(finding));
}

function next(step: string | undefined): string {
  return step ? ` Next: ${code(step)}` : '';
}

function italic(text: string): string {
  return `*${escaped(text)}*`;
}

export function code(text: string): string {
  const ticks = '`'.repeat((/`+/.exec(text)?.[0].length ?? 0) + 1);
  return ticks.length === 1 ? `\`${text}\`` : `${ticks} ${text} ${ticks}`;
}

/** Keeps what stands in a message from being read as Markdown or HTML. Code in backticks stays code. */
export function escaped(text: string): string {
  return text
    .split(/(`[^`\n]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[\\*_<>[\]#|]/g, '\\$&')))
    .join('');
}
