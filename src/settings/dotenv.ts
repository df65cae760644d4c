import { lineEnding, position, type SourceFile } from '../files/source-file.ts';
import type { Edit, Problem } from '../types.ts';
import { editAt, linesOf, problemAt, type Range, type WrittenValue } from './range.ts';

/** One variable of a `.env` file. Where a name comes twice, the later one holds, as in dotenv. */
export interface DotenvEntry extends WrittenValue {
  name: string;
  /** As `dotenv.parse` gives it: quotes and padding gone, `\n` and `\r` of a double-quoted value turned into characters. */
  value: string;
  /** Whole lines, with the line ending. */
  lineRange: Range;
  line: number;
  exported: boolean;
  quoted: '"' | "'" | '`' | undefined;
  commented: false;
}

/** dotenv 18.0.10, `LINE` of lib/main.js, made sticky: what is read here is what dotenv reads. */
const LINE =
  /(export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/dmy;
const QUOTED = /^(['"`])([\s\S]*)\1$/gm;
const BLANK = /\s*/y;
const LINE_END = /[\n\u2028\u2029]/g;

/** Every variable of a `.env` file in the order of the file. A line that is no variable is passed over: see `dotenvProblems`. */
export function readDotenv(file: Pick<SourceFile, 'text'>): DotenvEntry[] {
  const source = unifyLineEndings(file.text);
  const entries: DotenvEntry[] = [];
  let at = 0;
  while (at < source.text.length) {
    LINE.lastIndex = at = skipBlank(source.text, at);
    const match = LINE.exec(source.text);
    if (match) entries.push(entryOf(match, source, file.text));
    at = nextLine(source.text, match ? LINE.lastIndex : at);
  }
  return entries;
}

/**
 * The same as python-dotenv, pydantic-settings and compose read it: in a value without quotes a `#` begins a comment only behind a
 * blank (python-dotenv 1.2, `parse_unquoted_value`).
 */
export function readDotenvAsPython(file: Pick<SourceFile, 'text'>): DotenvEntry[] {
  return readDotenv(file).map((entry) => {
    const { start, end } = entry.valueRange;
    const rest = file.text[end] === '#' ? /^\S+(?:[^\S\r\n]+[^#\s]\S*)*/.exec(file.text.slice(end)) : null;
    if (entry.quoted !== undefined || start === end || !rest) return entry;
    const valueRange = { start, end: end + rest[0].length };
    return { ...entry, value: entry.value + rest[0], valueRange };
  });
}

/** The variables as a server sees them: the last entry of each name. */
export function lastDotenvEntry(entries: readonly DotenvEntry[], name: string): DotenvEntry | undefined {
  return entries.findLast((entry) => entry.name === name);
}

/**
 * Writes another value in an entry's place and keeps name, padding, quotes and comment. Quotes are added or changed only
 * where the value cannot be written without. Returns undefined for a value that no `.env` quoting can hold.
 */
export function setDotenvValue(
  file: Pick<SourceFile, 'path' | 'text'>,
  entry: DotenvEntry,
  newValue: string,
): Edit[] | undefined {
  if (newValue === entry.value) return [];
  const clear = (quote: string) => quote === '' || !newValue.includes(quote);
  const quotes = [entry.quoted ?? '', '"', "'", '`'];
  for (const quote of [...quotes.filter(clear), ...quotes.filter((one) => !clear(one))]) {
    const written = quote === entry.quoted ? newValue : quote + newValue + quote;
    const range = quote === (entry.quoted ?? '') ? entry.valueRange : withQuotes(entry);
    const edit = editAt(file, range, written.replaceAll('\n', lineEnding(file.text)));
    if (readsAs(file.text, edit, entry, newValue)) return [edit];
  }
  return undefined;
}

/** Lines that are neither blank, comment nor part of a variable: dotenv passes over them without a word. */
export function dotenvProblems(file: Pick<SourceFile, 'path' | 'text'>): Problem[] {
  const entries = readDotenv(file);
  const inEntry = (line: Range) =>
    entries.some((entry) => line.start < entry.lineRange.end && line.end >= entry.lineRange.start);
  return linesOf(file.text)
    .filter((line) => !/^\s*(#|$)/.test(line.text) && !inEntry(line))
    .map((line) => problemAt(file, line.start, 'This line is neither a variable, a comment nor blank.'));
}

function entryOf(match: RegExpExecArray, source: Unified, text: string): DotenvEntry {
  const [start, end] = match.indices?.[0] ?? [0, 0];
  const [name = '', raw = ''] = [match[2], match[3]];
  const trimmed = raw.trim();
  const quote = /^(['"`])[\s\S]*\1$/.test(trimmed) && trimmed.length > 1 ? trimmed[0] : undefined;
  const inner = rangeOfValue(match, raw, quote ? 1 : 0);
  const valueRange = { start: source.toOriginal(inner.start), end: source.toOriginal(inner.end) };
  const value = decodeValue(trimmed);
  return {
    name,
    value,
    valueRange,
    lineRange: {
      start: lineStart(text, source.toOriginal(start)),
      end: lineEndOf(text, source.toOriginal(end), valueRange),
    },
    line: position(text, source.toOriginal(start)).line,
    exported: match[1] !== undefined,
    quoted: quote as DotenvEntry['quoted'],
    commented: false,
    verbatim: text.slice(valueRange.start, valueRange.end) === value,
  };
}

/** The value's characters in the unified text; an absent value is an empty range behind the `=`. */
function rangeOfValue(match: RegExpExecArray, raw: string, quotes: number): Range {
  const trimmed = raw.trim();
  const group = match.indices?.[3];
  if (!group || trimmed === '') {
    const nameEnd = match.indices?.[2]?.[1] ?? 0;
    const sign = /^\s*[=:]/.exec(match.input.slice(nameEnd))?.[0].length ?? 0;
    return { start: nameEnd + sign, end: nameEnd + sign };
  }
  const start = group[0] + raw.indexOf(trimmed);
  return { start: start + quotes, end: start + trimmed.length - quotes };
}

/** The last steps of `parse` in dotenv. */
function decodeValue(trimmed: string): string {
  const value = trimmed.replace(QUOTED, '$2');
  return trimmed.startsWith('"') ? value.replace(/\\n/g, '\n').replace(/\\r/g, '\r') : value;
}

function readsAs(text: string, edit: Edit, entry: DotenvEntry, newValue: string): boolean {
  const after = readDotenv({ text: text.slice(0, edit.start) + edit.text + text.slice(edit.end) });
  const before = readDotenv({ text });
  const index = before.findIndex((other) => other.valueRange.start === entry.valueRange.start);
  return (
    after.length === before.length &&
    after.every(
      (other, i) =>
        other.name === before[i]?.name && other.value === (i === index ? newValue : before[i]?.value),
    )
  );
}

function withQuotes({ quoted, valueRange }: DotenvEntry): Range {
  const width = quoted ? 1 : 0;
  return { start: valueRange.start - width, end: valueRange.end + width };
}

interface Unified {
  text: string;
  toOriginal(offset: number): number;
}

/** dotenv reads `\r\n` and a lone `\r` as `\n`; offsets are led back to the text as it is. */
function unifyLineEndings(text: string): Unified {
  const dropped = [...text.matchAll(/\r\n/g)].map((match, i) => match.index - i);
  return {
    text: text.replace(/\r\n?/g, '\n'),
    toOriginal: (offset) => offset + countBelow(dropped, offset),
  };
}

/** How many of the sorted numbers are smaller than the limit. */
function countBelow(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function skipBlank(text: string, from: number): number {
  BLANK.lastIndex = from;
  return from + (BLANK.exec(text)?.[0].length ?? 0);
}

function nextLine(text: string, from: number): number {
  LINE_END.lastIndex = from;
  const found = LINE_END.exec(text);
  return found ? found.index + 1 : text.length;
}

function lineStart(text: string, offset: number): number {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return start === 0 && text.startsWith('\ufeff') ? 1 : start;
}

/** dotenv's pattern swallows the blank lines and a comment line behind a value; the entry's own line ends sooner. */
function lineEndOf(text: string, matchEnd: number, valueRange: Range): number {
  const found = /\r\n?|\n/.exec(text.slice(valueRange.end, matchEnd + 2));
  return found ? valueRange.end + found.index + found[0].length : text.length;
}
