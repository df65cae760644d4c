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

/** The variable that a word sets, `NAME=value`, with the place inside the value's own quotes; `raw` is the word as it stands in the text. */
export function assignmentIn(word: Word, raw: string): (WrittenValue & { name: string }) | undefined {
  const name = /^([A-Za-z_]\w*)=/.exec(word.value)?.[1];
  if (name === undefined || !raw.startsWith(`${name}=`)) return undefined;
  const at = word.valueRange.start + name.length + 1;
  if (word.verbatim) {
    const value = word.value.slice(name.length + 1);
    return { name, value, valueRange: { start: at, end: word.valueRange.end }, verbatim: true };
  }
  const [written] = shellWords(raw.slice(name.length + 1), at);
  return { name, ...(written ?? { value: '', valueRange: { start: at, end: at }, verbatim: true }) };
}

/** Inside double quotes a backslash is one but for these. */
function unescapeDouble(text: string): string {
  return text.replace(/\\([$`"\\\n])/g, '$1');
}
