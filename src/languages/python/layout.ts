/** Where the line of an offset begins. Offsets are UTF-16 code units. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Where the line of an offset ends: before its line break. */
export function lineEnd(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  if (feed < 0) return text.length;
  return text[feed - 1] === '\r' && feed > offset ? feed - 1 : feed;
}

/** Where the next line begins. */
export function nextLine(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  return feed < 0 ? text.length : feed + 1;
}

/** The white space before the first character of the line. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t\f]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';
}

/** One level of indentation as the file has it: a tab, or its narrowest run of spaces. */
export function indentUnit(text: string): string {
  if (/^\t/m.test(text)) return '\t';
  const widths = [...text.matchAll(/^( +)\S/gm)].map((match) => match[1]?.length ?? 4);
  const narrowest = widths.filter((width) => width > 1).reduce((a, b) => Math.min(a, b), 8);
  return ' '.repeat(widths.length > 0 && narrowest < 8 ? narrowest : 4);
}
