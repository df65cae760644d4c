import { paint, type Style } from '../terminal/paint.ts';
import type { Finding } from '../types.ts';
import { indented, type Layout } from './layout.ts';
import { type FileView, type FindingView, safetyWord } from './view.ts';
import { coloured } from './words.ts';

const INDENT = 5;
const SAFETY_STYLE: Record<ReturnType<typeof safetyWord>, Style> = {
  safe: 'green',
  unsafe: 'yellow',
  report: 'cyan',
  note: 'dim',
};

/** One finding as it is shown and asked for: counter, safety, title, id, the sentences, and its diff. */
export function findingText(view: FindingView, layout: Layout): string {
  const { finding } = view;
  return [
    ...headline(view, layout.width),
    ...indented(finding.message, INDENT, layout.width),
    ...(sameSentence(finding)
      ? []
      : indented(finding.why, INDENT, layout.width).map((line) => paint('dim', line))),
    ...caution(finding, layout.width),
    ...view.files.flatMap((file) => fileText(file, layout)),
    '',
  ].join('\n');
}

function headline({ finding, number, total }: FindingView, width: number): string[] {
  const word = safetyWord(finding.safety);
  const counter = `${number}/${total}`;
  const column = counter.length < INDENT ? counter.padEnd(INDENT) : `${counter} `;
  const start = `${column}${word.padEnd(8)}${finding.title}`;
  const painted = `${paint('bold', column)}${paint(SAFETY_STYLE[word], word.padEnd(8))}${paint('bold', finding.title)}`;
  const gap = width - start.length - finding.transform.length;
  if (gap < 2) return [painted, `${' '.repeat(INDENT)}${paint('dim', finding.transform)}`];
  return [`${painted}${' '.repeat(gap)}${paint('dim', finding.transform)}`];
}

function sameSentence(finding: Finding): boolean {
  return finding.why.trim() === '' || finding.why.trim() === finding.message.trim();
}

function caution(finding: Finding, width: number): string[] {
  if (typeof finding.safety !== 'object') return [];
  return indented(`May change: ${finding.safety.unsafe}`, INDENT, width).map((line) => paint('yellow', line));
}

/** A file's name and its hunks, with the line numbers of the old text for what goes and of the new for what comes. */
export function fileText(file: FileView, layout: Layout): string[] {
  const pad = ' '.repeat(INDENT);
  const name = `${pad}${paint('bold', file.path)}${file.created ? paint('dim', '  (new file)') : ''}`;
  if (file.hidden)
    return [
      name,
      `${pad}  ${paint('dim', 'the change lies inside a secret; to see it, add --show-secrets.')}`,
    ];
  if (file.hunks.length === 0) return [name, `${pad}  ${paint('dim', '(empty)')}`];
  const last = Math.max(...file.hunks.flatMap(({ lines }) => lines).map(({ line }) => line));
  const digits = String(last).length;
  const hunks = file.hunks.map((hunk) =>
    coloured(hunk.lines).map(({ kind, line, painted }) => {
      const number = kind === '\\' ? ' '.repeat(digits) : String(line).padStart(digits);
      return `${pad}  ${paint('dim', number)}  ${sign(kind)} ${painted}`;
    }),
  );
  return [name, ...join(hunks, `${pad}  ${paint('dim', layout.symbols.more)}`)];
}

function sign(kind: string): string {
  if (kind === '-') return paint('red', kind);
  return kind === '+' ? paint('green', kind) : kind;
}

function join(hunks: string[][], between: string): string[] {
  return hunks.flatMap((hunk, index) => (index === 0 ? hunk : [between, ...hunk]));
}
