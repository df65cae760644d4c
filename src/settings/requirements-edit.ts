import { lineEnding, type SourceFile } from '../files/source-file.ts';
import type { Edit } from '../types.ts';
import { editAt, endingAt, linesOf, type Range } from './range.ts';
import type { Requirement } from './requirement.ts';

type File = Pick<SourceFile, 'path' | 'text'>;
type Line = ReturnType<typeof linesOf>[number];

/** Adds `[extra]` behind a name, or the extra to those that are there. Works wherever a requirement is written as PEP 508; undefined for extras in an address. */
export function addExtraToName(file: File, requirement: Requirement, extra: string): Edit[] | undefined {
  const { name, extras } = requirement.ranges;
  if (requirement.extras.includes(extra)) return [];
  if (!extras && requirement.extras.length > 0) return undefined;
  if (!extras) return [editAt(file, { start: name.end, end: name.end }, `[${extra}]`)];
  const brackets = file.text.slice(extras.start, extras.end);
  const at = extras.start + brackets.slice(0, -1).trimEnd().replace(/,$/, '').length;
  const comma = requirement.extras.length === 0 ? '' : /,\s/.test(brackets) ? ', ' : ',';
  return [editAt(file, { start: at, end: at }, comma + extra)];
}

/** Writes another requirement in a line's place: indentation and the rest of the file stay; a comment takes the old one's place. */
export function replaceLine(file: File, requirement: Requirement, text: string, comment?: string): Edit[] {
  const { whole } = requirement.ranges;
  const old = commentRange(file, requirement);
  const edits = [editAt(file, whole, text)];
  if (comment !== undefined) edits.push(editAt(file, old, `  # ${comment}`));
  return edits;
}

/**
 * Writes a requirement on a line of its own behind another, with its indentation, or behind the last line that says
 * something where none is given. A file without a final line ending stays without one.
 */
export function insertLineAfter(
  file: File,
  after: Requirement | undefined,
  text: string,
  comment?: string,
): Edit[] | undefined {
  if (after && !standsAlone(file, after)) return undefined;
  const written = comment === undefined ? text : `${text}  # ${comment}`;
  const lines = after
    ? physicalLines(file, after)
    : linesOf(file.text).filter((one) => one.text.trim() !== '');
  const line = after ? withNotes(file, lines.at(-1)) : lines.at(-1);
  const start = file.text.startsWith('\ufeff') ? 1 : 0;
  if (!line) return [editAt(file, { start, end: start }, written + lineEnding(file.text))];
  const ending = endingAt(file.text, line.end);
  const indent = after ? /^\s*/.exec(lines[0]?.text ?? '')?.[0] : '';
  return [editAt(file, { start: line.end, end: line.end }, ending + indent + written)];
}

/** Takes the requirement's lines away, its comment with them. */
export function removeLine(file: File, requirement: Requirement): Edit[] | undefined {
  if (!standsAlone(file, requirement)) return undefined;
  const lines = physicalLines(file, requirement);
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last) return [];
  const newline = file.text.indexOf('\n', last.end);
  if (newline >= 0) return [editAt(file, { start: first.start, end: newline + 1 }, '')];
  const before = file.text.slice(0, first.start).replace(/\r?\n$/, '').length;
  return [editAt(file, { start: before, end: last.end }, '')];
}

/** In a setup.cfg the first requirement may stand behind `install_requires =`. */
export function standsAlone(file: File, requirement: Requirement): boolean {
  const [line] = physicalLines(file, requirement);
  return line !== undefined && file.text.slice(line.start, requirement.ranges.whole.start).trim() === '';
}

function physicalLines(file: File, { ranges: { whole } }: Requirement): Line[] {
  return linesOf(file.text).filter(
    (line) => line.end >= whole.start && line.start < Math.max(whole.end, whole.start + 1),
  );
}

/** pip-compile and uv say below a requirement what it is there for: `    # via fastapi`, or a name a line. */
function withNotes(file: File, line: Line | undefined): Line | undefined {
  const below = linesOf(file.text).filter(({ start }) => line && start > line.start);
  if (!/^ {4}# via\b/.test(below[0]?.text ?? '')) return line;
  const other = below.findIndex(({ text }, index) => index > 0 && !/^ {4}# {3}\S/.test(text));
  return below[(other < 0 ? below.length : other) - 1];
}

/** Blanks and comment behind a requirement; an empty range where there is no comment. */
function commentRange(file: File, requirement: Requirement): Range {
  const { end } = requirement.ranges.whole;
  const rest = /^[ \t]+#[^\r\n]*/.exec(file.text.slice(end));
  return { start: end, end: end + (rest?.[0].length ?? 0) };
}
