import { lineEnding } from '../../files/source-file.ts';
import type { Token } from './tokens.ts';

/** A text of the same length that recast prints back as it is, and the way back for what recast inserts. */
export interface Plain {
  text: string;
  restore(inserted: string): string;
}

/** What recast would change: it knows one line ending, takes U+2028 for one, and turns tabs into columns. */
const TROUBLE = /[\t\r\u2028\u2029\ufeff]/g;

/**
 * Inside a token (a string, a template, a comment) each troublesome character is replaced by one that the file
 * does not have; between tokens by a space or `\n`, so that a tab is an indentation of one column.
 */
export function toPlain(text: string, tokens: readonly Token[]): Plain {
  if (text.search(TROUBLE) < 0) return { text, restore: (inserted) => inserted };
  const placeholders = new Map(
    [...unusedCharacters(text)].map((unused, i) => ['\t\r\u2028\u2029\ufeff'[i] ?? '', unused]),
  );
  const inside = (part: string) => part.replace(TROUBLE, (found) => placeholders.get(found) ?? found);
  let plain = '';
  let at = 0;
  for (const token of tokens) {
    plain += between(text.slice(at, token.start)) + inside(token.text);
    at = token.end;
  }
  return { text: plain + between(text.slice(at)), restore: restorer(text, placeholders) };
}

function between(gap: string): string {
  return gap
    .replace(/\r\n/g, ' \n')
    .replace(/[\r\u2028\u2029]/g, '\n')
    .replace(/[\t\ufeff]/g, ' ');
}

function restorer(text: string, placeholders: ReadonlyMap<string, string>): (inserted: string) => string {
  const newline = lineEnding(text);
  const tabbed = /^\t/m.test(text) && !/^ {2}/m.test(text);
  return (inserted) => {
    let out = inserted.replace(/[ ]+(?=\n)/g, '');
    if (tabbed) out = out.replace(/(?<=\n) +/g, (indent) => '\t'.repeat(indent.length));
    for (const [original, placeholder] of placeholders) out = out.replaceAll(placeholder, original);
    return out.replace(/\r?\n/g, newline);
  };
}

/** Five characters of the private use area that the text does not contain. */
function unusedCharacters(text: string): string[] {
  const unused: string[] = [];
  for (let code = 0xe000; unused.length < 5; code++) {
    const character = String.fromCharCode(code);
    if (!text.includes(character)) unused.push(character);
  }
  return unused;
}
