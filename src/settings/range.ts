import { lineEnding, position, type SourceFile } from '../files/source-file.ts';
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

/** A value read from a settings file, of any kind. */
export interface WrittenValue {
  value: string;
  /** The value in the text, inside its quotes. */
  valueRange: Range;
  /** True where the text of `valueRange` is the value, character by character, so that a part of it can be edited in place. */
  verbatim: boolean;
}

/** Where in the text the characters start..end of a value are; undefined where the value is not written verbatim. */
export function rangeInValue(written: WrittenValue, start: number, end: number): Range | undefined {
  if (!written.verbatim || start < 0 || end < start || end > written.value.length) return undefined;
  return { start: written.valueRange.start + start, end: written.valueRange.start + end };
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

/** How the line ends that ends here; as most lines of the text do where it is the last. */
export function endingAt(text: string, end: number): string {
  return /^\r?\n/.exec(text.slice(end, end + 2))?.[0] ?? lineEnding(text);
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
