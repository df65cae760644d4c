import type { JavaScriptTree } from './parse.ts';

/** A token or a comment. Between two of them there is only white space. */
export interface Token {
  start: number;
  end: number;
  text: string;
}

/** The tokens and comments of a text that was parsed with `tokens`, in order, without the empty ones (`eof`, the ends of templates). */
export function tokensOf(tree: JavaScriptTree, text: string): Token[] {
  if (!tree.tokens) throw new Error('the text was parsed without its tokens');
  const raw = tree.tokens as { start: number; end: number }[];
  return raw
    .filter((token) => token.end > token.start)
    .map(({ start, end }) => ({ start, end, text: text.slice(start, end) }));
}

/** What a token says, apart from where it stands: recast may indent the lines of a block comment anew. */
export function meaning(token: Token): string {
  return token.text.startsWith('/*') ? token.text.replace(/\n[ \t]*/g, '\n') : token.text;
}

export function isLineComment(token: Token | undefined): boolean {
  return token !== undefined && /^(\/\/|#!|<!--|-->)/.test(token.text);
}
