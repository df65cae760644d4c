/**
 * Colours are written as noncharacters until the sink turns them into escape sequences or drops them. So the sink can
 * tell our colours from an escape sequence that a file name or a log smuggles in.
 */
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';
const MARKS = /\uFDD0[a-z]|\uFDD1/g;

const CODES = {
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  cyan: '36',
  inverse: '7',
} as const;
export type Style = keyof typeof CODES;
const LETTERS = Object.fromEntries(Object.keys(CODES).map((style, index) => [style, letter(index)]));
const BY_LETTER = new Map(Object.entries(CODES).map(([style, code]) => [LETTERS[style], code]));

/** A text in a style; styles nest. One line only. */
export function paint(style: Style, text: string): string {
  return text === '' ? '' : `${OPEN}${LETTERS[style]}${text}${CLOSE}`;
}

/** The text as it reads without colours. */
export function unpaint(text: string): string {
  return text.replace(MARKS, '');
}

/** Turns the marks of one line into escape sequences; `clean` is applied to what lies between them. */
export function renderLine(line: string, clean: (text: string) => string): string {
  const stack: string[] = [];
  let out = '';
  let at = 0;
  for (const mark of line.matchAll(MARKS)) {
    out += clean(line.slice(at, mark.index));
    at = mark.index + mark[0].length;
    if (mark[0] === CLOSE) stack.pop();
    else stack.push(BY_LETTER.get(mark[0].slice(1)) ?? '0');
    out += `\x1b[${['0', ...stack].join(';')}m`;
  }
  const rest = clean(line.slice(at));
  return stack.length > 0 ? `${out}${rest}\x1b[0m` : out + rest;
}

function letter(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}
