/** How wide results are laid out, and the signs they may use. */
import type { Symbols } from '../terminal/symbols.ts';

export interface Layout {
  width: number;
  symbols: Symbols;
}

/** Breaks a sentence at spaces into lines of at most `width` letters; a longer word stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** The lines of `wrap`, each behind `indent` spaces. */
export function indented(text: string, indent: number, width: number): string[] {
  return wrap(text, Math.max(20, width - indent)).map((line) => ' '.repeat(indent) + line);
}

/** `1 finding`, `2 findings`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
