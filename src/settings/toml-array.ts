import { lineEnding, type SourceFile } from '../files/source-file.ts';
import type { Edit } from '../types.ts';
import { editAt, endingAt, type Range } from './range.ts';
import { escapeFor, type TomlValue } from './toml.ts';

type File = Pick<SourceFile, 'path' | 'text'>;

/** Blanks, line endings and comments. */
const SPACE = /(?:[ \t\r\n]|#[^\n]*)*/y;
/** The rest of a line that says nothing more. */
const REST_OF_LINE = /[ \t]*(?:#[^\r\n]*)?(?=\r?\n|$)/y;

/**
 * Writes a string into an array behind one of its items, or first where none is given. The array's own shape decides: one item
 * a line with its indentation and comma, or all on one line. A comment is written only where the item has a line of its own.
 */
export function insertString(
  file: File,
  array: TomlValue,
  after: TomlValue | undefined,
  text: string,
  comment?: string,
): Edit[] {
  const items = array.items ?? [];
  const quoted = quote(file.text, items, text);
  if (!after) return insertFirst(file, array, quoted, comment);
  const comma = commaBehind(file.text, after.range.end);
  const lineEnd = restOfLine(file.text, comma ?? after.range.end);
  if (lineEnd === undefined || !ownLine(file.text, after))
    return [insert(file, after.range.end, `, ${quoted}`)];
  const line = endingAt(file.text, lineEnd) + indentOf(file.text, after.range.start) + quoted;
  const written = `${line}${comma === undefined ? '' : ','}${comment === undefined ? '' : ` # ${comment}`}`;
  const needed = comma === undefined ? [insert(file, after.range.end, ',')] : [];
  return [...needed, insert(file, lineEnd, written)];
}

/** Takes an item away, with its comma, and with its line and the comment on it where it has a line of its own. */
export function removeItem(file: File, array: TomlValue, item: TomlValue): Edit[] {
  const comma = commaBehind(file.text, item.range.end);
  const lineEnd = restOfLine(file.text, comma ?? item.range.end);
  if (lineEnd !== undefined && ownLine(file.text, item)) {
    const start = file.text.lastIndexOf('\n', item.range.start - 1) + 1;
    const newline = file.text.indexOf('\n', lineEnd);
    return [editAt(file, { start, end: newline < 0 ? file.text.length : newline + 1 }, '')];
  }
  if (comma !== undefined) {
    const blanks = /^[ \t]*/.exec(file.text.slice(comma))?.[0].length ?? 0;
    return [editAt(file, { start: item.range.start, end: comma + blanks }, '')];
  }
  const items = array.items ?? [];
  const before = items[items.indexOf(item) - 1];
  return [editAt(file, { start: before?.range.end ?? item.range.start, end: item.range.end }, '')];
}

/** A comment behind an item that has a line of its own; takes the place of the one that is there. */
export function commentItem(file: File, item: TomlValue, comment: string): Edit[] {
  const end = commaBehind(file.text, item.range.end) ?? item.range.end;
  const lineEnd = restOfLine(file.text, end);
  return lineEnd === undefined ? [] : [editAt(file, { start: end, end: lineEnd }, ` # ${comment}`)];
}

/** A string in the quotes that its neighbours have, where those can hold it. */
export function quote(text: string, neighbours: readonly TomlValue[], value: string): string {
  const mark =
    neighbours.map((item) => text[item.range.start]).find((found) => found === '"' || found === "'") ?? '"';
  const escaped = escapeFor(mark, value);
  return escaped === undefined ? `"${escapeFor('"', value)}"` : mark + escaped + mark;
}

function insertFirst(file: File, array: TomlValue, quoted: string, comment?: string): Edit[] {
  const [first] = array.items ?? [];
  const open = array.range.start + 1;
  const body = file.text.slice(open, array.range.end - 1);
  if (!body.includes('\n')) return [insert(file, open, first ? `${quoted}, ` : quoted)];
  const indent =
    first && ownLine(file.text, first)
      ? indentOf(file.text, first.range.start)
      : `${indentOf(file.text, array.range.start)}    `;
  const at = restOfLine(file.text, open) ?? open;
  const rest = at === open && restOfLine(file.text, open) === undefined ? lineEnding(file.text) + indent : '';
  return [
    insert(
      file,
      at,
      `${lineEnding(file.text)}${indent}${quoted},${comment === undefined ? '' : ` # ${comment}`}${rest}`,
    ),
  ];
}

function insert(file: File, at: number, text: string): Edit {
  return editAt(file, { start: at, end: at }, text);
}

/** The offset behind the comma that follows, over blanks and comments; undefined where `]` or `}` follows. */
function commaBehind(text: string, from: number): number | undefined {
  SPACE.lastIndex = from;
  const at = from + (SPACE.exec(text)?.[0].length ?? 0);
  return text[at] === ',' ? at + 1 : undefined;
}

/** The end of the line, before its ending, where nothing but a comment follows. */
function restOfLine(text: string, from: number): number | undefined {
  REST_OF_LINE.lastIndex = from;
  const rest = REST_OF_LINE.exec(text);
  return rest ? from + rest[0].length : undefined;
}

function ownLine(text: string, item: { range: Range }): boolean {
  const start = text.lastIndexOf('\n', item.range.start - 1) + 1;
  return text.slice(start, item.range.start).trim() === '';
}

function indentOf(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}
