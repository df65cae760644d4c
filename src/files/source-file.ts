import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import iconv from 'iconv-lite';
import type { Edit } from '../types.ts';

/** A text file: its decoded text, and what it takes to write it back byte for byte. */
export interface SourceFile {
  path: string;
  /** With the byte-order mark, if there is one, and with the file's own line endings. */
  text: string;
  encoding: string;
  /** Permission bits. */
  mode: number;
  /** SHA-256 of the bytes; null where the file is yet to be created. */
  hash: string | null;
}

/** PEP 263: a comment in one of the first two lines that names the encoding. */
const CODING_COOKIE = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;

/**
 * Decodes a file so that `encode` gives back the same bytes.
 * Returns undefined for binary content and for an encoding that does not survive the round trip.
 */
export function decode(path: string, bytes: Buffer, mode: number): SourceFile | undefined {
  const wide = wideEncoding(path, bytes);
  if (!wide && bytes.includes(0)) return undefined;
  const encoding = wide ?? (isUtf8(bytes) ? 'utf-8' : declaredEncoding(bytes));
  if (!encoding) return undefined;
  const text =
    encoding === 'utf-8' ? bytes.toString('utf8') : iconv.decode(bytes, encoding, { stripBOM: false });
  // What is valid UTF-8 comes back as it was; of the other encodings that is not certain.
  if (encoding !== 'utf-8' && !encode(text, encoding).equals(bytes)) return undefined;
  return { path, text, encoding, mode, hash: sha256(bytes) };
}

export function encode(text: string, encoding: string): Buffer {
  return encoding === 'utf-8' ? Buffer.from(text, 'utf8') : iconv.encode(text, encoding, { addBOM: false });
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** UTF-16, by its mark: what PowerShell writes for `pip freeze > requirements.txt`, and pip reads. Python reads no module in it. */
function wideEncoding(path: string, bytes: Buffer): string | undefined {
  if (path.endsWith('.py') || bytes.length < 2) return undefined;
  const mark = bytes.readUInt16BE(0);
  return mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : undefined;
}

function declaredEncoding(bytes: Buffer): string | undefined {
  const head = bytes
    .subarray(0, 400)
    .toString('latin1')
    .split(/\r\n?|\n/, 2);
  for (const line of head) {
    const name = CODING_COOKIE.exec(line)?.[1];
    if (name && iconv.encodingExists(name)) return name.toLowerCase();
  }
  return undefined;
}

/**
 * Applies edits to a text. They may come in any order but must not overlap.
 * Throws a RangeError where they do, or where one lies outside the text: that is a defect of ours, never of the input.
 */
export function applyEdits(text: string, edits: readonly Pick<Edit, 'start' | 'end' | 'text'>[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let out = '';
  let at = 0;
  for (const edit of sorted) {
    if (edit.start < at || edit.end < edit.start || edit.end > text.length) {
      throw new RangeError(
        `edit ${edit.start}..${edit.end} overlaps another or lies outside 0..${text.length}`,
      );
    }
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}

/** The line ending that a text uses most; `\n` where it has none. */
export function lineEnding(text: string): '\r\n' | '\n' {
  const crlf = text.split('\r\n').length - 1;
  const lf = text.split('\n').length - 1 - crlf;
  return crlf > lf ? '\r\n' : '\n';
}

/** 1-based line and column of an offset. A column counts UTF-16 code units. */
export function position(text: string, offset: number): { line: number; column: number } {
  const starts = lineStarts(text);
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

/** Kept for the text that was asked about last: a file of many findings is asked about once for each. */
let lines: { text: string; starts: number[] } | undefined;

function lineStarts(text: string): number[] {
  if (lines?.text === text) return lines.starts;
  const starts = [0, ...[...text.matchAll(/\n/g)].map((newline) => newline.index + 1)];
  lines = { text, starts };
  return starts;
}
