import { standsForValue } from './urls.ts';

/** The opening of a string literal of Python, JavaScript, JSON, TOML, YAML or a shell; with `\"` inside another string. */
const OPENING = /^([rRbBuUfF]{0,2})(\\?(?:"""|'''|"|'|`))/;
/** How far a value goes on over lines at most. */
const LONGEST = 8000;

export interface Shown {
  /** Offset after the value. */
  end: number;
  text: string;
}

/** The literal at an offset with its content as `***`, or undefined where none starts there. */
export function redactLiteral(text: string, at: number): Shown | undefined {
  const opening = OPENING.exec(text.slice(at, at + 8));
  const quote = opening?.[2];
  if (opening === null || quote === undefined) return undefined;
  const start = at + opening[0].length;
  const close = closingQuote(text, start, quote);
  const end = close < 0 ? endOfLine(text, start) : close;
  const after = close < 0 ? end : close + quote.length;
  const content = text.slice(start, end);
  return { end: after, text: opening[0] + hide(content) + text.slice(end, after) };
}

/** Redacts every literal of a stretch that `wanted` accepts; `before` is the stretch's text before the literal. */
export function redactLiterals(stretch: string, wanted: (before: string, after: string) => boolean): string {
  let out = '';
  for (let at = 0; at < stretch.length; ) {
    const literal = /[A-Za-z0-9_]/.test(stretch[at - 1] ?? '') ? undefined : redactLiteral(stretch, at);
    if (!literal) {
      out += stretch[at];
      at += 1;
      continue;
    }
    const before = stretch.slice(0, at);
    out += wanted(before, stretch.slice(literal.end)) ? literal.text : stretch.slice(at, literal.end);
    at = literal.end;
  }
  return out;
}

/** `***` for a value, each of its lines for itself; what stands for a value stays. */
export function hide(content: string): string {
  const [, scheme = '', rest = ''] = /^((?:Bearer|Basic|Token|Digest) +)?([\s\S]*)$/i.exec(content) ?? [];
  if (rest.trim() === '' || standsForValue(rest)) return content;
  const fallback = /^(\$\{\w+:?[-=])([\s\S]*)(\})$/.exec(rest);
  if (fallback) return `${scheme}${fallback[1]}${fallback[2] === '' ? '' : '***'}${fallback[3]}`;
  // `${NAME:?message}` of compose says what is missing.
  if (/^\$\{\w+:?[?+][^{}]*\}$/.test(rest)) return content;
  return scheme + rest.split('\n').map(hideLine).join('\n');
}

/** Indentation, the sign of a diff and `\r` stay. */
function hideLine(line: string): string {
  const [, lead = '', body = '', tail = ''] = /^([ \t]*[+-]?[ \t]*)(.*?)(\\?\r?)$/.exec(line) ?? [];
  return body === '' ? line : `${lead}***${tail}`;
}

function closingQuote(text: string, start: number, quote: string): number {
  const long = quote.length === 3;
  const limit = Math.min(text.length, start + LONGEST);
  for (let at = start; at < limit; at += 1) {
    if (text.startsWith(quote, at)) return at;
    if (text[at] === '\\') at += 1;
    else if (text[at] === '\n' && !long && !goesOn(text, at, quote, limit)) return -1;
  }
  return -1;
}

/** A dotenv value in quotes may hold line breaks; one in code may not, and its next line looks like another statement. */
function goesOn(text: string, newline: number, quote: string, limit: number): boolean {
  const close = text.indexOf(quote, newline);
  if (close < 0 || close >= limit) return false;
  return !/[=:({]/.test(text.slice(newline, close).replace(/-----[A-Z ]+-----|=+(?=\s*$)/gm, ''));
}

export function endOfLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  const end = newline < 0 ? text.length : newline;
  return text[end - 1] === '\r' && end - 1 >= at ? end - 1 : end;
}
