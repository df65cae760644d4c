import type { Range, WrittenValue } from './range.ts';

/** A word of a command; `valueRange` is inside its quotes, where it has one pair around it. */
export type Word = WrittenValue;

/** One word: any row of bare characters, escapes and quoted parts. */
const WORD = /(?:[^\s"'\\]|\\(?:[\s\S]|$)|"(?:\\[\s\S]|[^"\\])*"|'[^']*')+/g;
const ONE_PAIR = /^(?:"(?:\\[\s\S]|[^"\\])*"|'[^']*')$/;
const PART = /\\([\s\S])|"((?:\\[\s\S]|[^"\\])*)"|'([^']*)'/g;

/**
 * The words of a command, by the quoting rules of POSIX sh (2.2): `NAME=value` prefixes and operators such as `&&` are words too,
 * variables are not expanded. Ranges start from `offset`. What an open quote begins is left out.
 */
export function shellWords(text: string, offset = 0): Word[] {
  return [...text.matchAll(WORD)].map((match) => {
    const raw = match[0];
    const value = raw.replace(
      PART,
      (_all, escaped, double, single) => escaped ?? single ?? unescapeDouble(double),
    );
    const inner = raw.length > 1 && ONE_PAIR.test(raw) ? 1 : 0;
    const valueRange: Range = {
      start: offset + match.index + inner,
      end: offset + match.index + raw.length - inner,
    };
    return { value, valueRange, verbatim: raw.slice(inner, raw.length - inner) === value };
  });
}

/** Inside double quotes a backslash is one but for these. */
function unescapeDouble(text: string): string {
  return text.replace(/\\([$`"\\\n])/g, '$1');
}
