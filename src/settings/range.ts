import { position, type SourceFile } from '../files/source-file.ts';
import type { Edit, Problem } from '../types.ts';

/** A stretch of a file's text: UTF-16 offsets, end exclusive. */
export interface Range {
  start: number;
  end: number;
}

/** What was read of a file, and every place in it that could not be read. */
export interface Reading<T> {
  entries: T[];
  problems: Problem[];
}

export function editAt(file: Pick<SourceFile, 'path'>, range: Range, text: string): Edit {
  return { file: file.path, start: range.start, end: range.end, text };
}

/** A problem at an offset of the file, with its line and column. */
export function problemAt(
  file: Pick<SourceFile, 'path' | 'text'>,
  offset: number,
  message: string,
  next = `Correct ${file.path} at this place and run again.`,
): Problem {
  return { file: file.path, ...position(file.text, offset), message, next };
}

/** From the first character of the line that holds `offset` to behind its line ending. */
export function wholeLines(text: string, range: Range): Range {
  const start = text.lastIndexOf('\n', range.start - 1) + 1;
  const newline = text.indexOf('\n', Math.max(range.end - 1, range.start));
  return {
    start: start === 0 && text.startsWith('\ufeff') ? 1 : start,
    end: newline < 0 ? text.length : newline + 1,
  };
}

/** The lines of a text with their offsets; `end` is before the line ending. A byte-order mark belongs to no line. */
export function linesOf(text: string): (Range & { text: string; line: number })[] {
  const lines = [];
  let start = text.startsWith('\ufeff') ? 1 : 0;
  for (let line = 1; start <= text.length; line++) {
    const newline = text.indexOf('\n', start);
    const next = newline < 0 ? text.length + 1 : newline + 1;
    const end =
      newline < 0 ? text.length : text[newline - 1] === '\r' && newline > start ? newline - 1 : newline;
    lines.push({ start, end, text: text.slice(start, end), line });
    start = next;
  }
  return lines;
}
