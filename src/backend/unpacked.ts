import type { PythonDocument } from '../languages/python/document.ts';
import { lineEnd, lineStart, nextLine } from '../languages/python/layout.ts';
import { children, type Node } from '../languages/python/tree.ts';
import type { Edit } from '../types.ts';
import { valueFor } from './values.ts';

/**
 * The edits that hand the items of a list over one by one: `[a, b]` becomes `a, b`, a comprehension and a name that stands
 * for a list get a star. Undefined where it is no list, or may be none.
 */
export function unpacked(document: PythonDocument, node: Node): Edit[] | undefined {
  if (node.type === 'list' || node.type === 'tuple') return withoutBrackets(document, node);
  const starred = isList(document, node);
  return starred
    ? [{ file: document.path, start: node.startIndex, end: node.startIndex, text: '*' }]
    : undefined;
}

function isList(document: PythonDocument, node: Node): boolean {
  if (node.type === 'list_comprehension') return true;
  if (node.type !== 'identifier') return false;
  const value = valueFor(document, node);
  return value !== undefined && /^(list|list_comprehension)$/.test(value.node.type);
}

/** A bracket with a line to itself goes with its line. A comma behind the last item stays only where none follows the list. */
function withoutBrackets(document: PythonDocument, list: Node): Edit[] {
  const { text, path } = document;
  const last = children(list)
    .filter(({ type }) => type !== 'comment')
    .at(-1);
  const close = list.endIndex - 1;
  const opening = wholeLine(text, list.startIndex, list.startIndex + 1) ?? {
    start: list.startIndex,
    end: list.startIndex + 1,
  };
  const behind = (last ? /^[ \t]*,/ : /^[ \t]*,[ \t]*/).exec(text.slice(list.endIndex))?.[0].length ?? 0;
  const tail = last ? text.slice(last.endIndex, close) : '';
  const comma = /^\s*,/.exec(tail)?.[0].length ?? 0;
  const follows = /^[ \t]*,?\s*\)/.test(text.slice(list.endIndex)) === false;
  const line = wholeLine(text, close, list.endIndex + behind);
  const closing =
    line && last && (comma > 0 || !follows)
      ? [line]
      : [
          ...(behind > 0 && last && comma > 0
            ? [{ start: last.endIndex + comma - 1, end: blankTo(text, last.endIndex + comma, close) }]
            : []),
          { start: close, end: list.endIndex + (last ? 0 : behind) },
        ];
  return [opening, ...closing].map((range) => ({ file: path, ...range, text: '' }));
}

/** The end of what may go with the comma in front of `start`: up to `end`, where only blanks are between. */
function blankTo(text: string, start: number, end: number): number {
  return /^[ \t]*$/.test(text.slice(start, end)) ? end : start;
}

/** The line that holds nothing but this range. */
function wholeLine(text: string, start: number, end: number): { start: number; end: number } | undefined {
  const begin = lineStart(text, start);
  const rest = text.slice(end, lineEnd(text, end));
  return text.slice(begin, start).trim() === '' && rest.trim() === ''
    ? { start: begin, end: nextLine(text, end) }
    : undefined;
}
