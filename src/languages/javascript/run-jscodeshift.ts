import type { API, FileInfo, JSCodeshift, Options } from 'jscodeshift';
import { applyEdits } from '../../files/source-file.ts';
import type { Edit } from '../../types.ts';
import type { JavaScriptDocument } from './document.ts';
import { javaScriptEngine } from './engine.ts';
import { type JavaScriptTree, parseJavaScript } from './parse.ts';
import { type Plain, toPlain } from './plain.ts';
import { type Change, reduce, type Tokenised } from './reduce.ts';
import { sameTree } from './same-tree.ts';
import { type Token, tokensOf } from './tokens.ts';

/** A standard jscodeshift transform: `npx jscodeshift -t` runs the same function. Only synchronous ones are run here. */
export type JscodeshiftTransform = (file: FileInfo, api: API, options: Options) => string | null | undefined;

/**
 * Runs a jscodeshift transform on one document and returns what it changed as edits of the document's own text:
 * only the tokens that differ. Line endings, indentation, quotes, parentheses and a byte-order mark elsewhere stay.
 * The path that the transform sees is the document's, relative to the workspace's root.
 * Returns no edits for a file that does not parse.
 */
export function runJscodeshift(
  transform: JscodeshiftTransform,
  document: JavaScriptDocument,
  options: Options = {},
): Edit[] {
  const { path, text } = document;
  const own = tokenised(path, text);
  if (!own) return [];
  const plain = toPlain(text, own.tokens);
  const printed = transform({ path, source: plain.text }, apiFor(path), options)?.replace(/\r\n/g, '\n');
  if (!printed || printed === plain.text) return [];
  return changes(path, plain, printed).map(({ start, end, text: inserted }) => ({
    file: path,
    start,
    end,
    text: plain.restore(inserted),
  }));
}

function apiFor(path: string): API {
  const parser = { parse: (source: string) => parseOrThrow(path, source) };
  const j: JSCodeshift = javaScriptEngine().jscodeshift.withParser(parser);
  return { j, jscodeshift: j, stats: () => {}, report: () => {} };
}

function changes(path: string, plain: Plain, printed: string): Change[] {
  const source = tokenised(path, plain.text);
  const after = source && asWritten(source, tokenised(path, printed));
  if (!source || !after) return [wholeDifference(plain.text, printed)];
  const small = reduce(source, reprint(path, plain.text) ?? source, after);
  // recast ends with a semicolon what it prints anew; what stood without one stays without.
  const bare = small.filter(
    ({ start, end, text }) => text.trim() !== ';' || plain.text.slice(start, end).trim() !== '',
  );
  const good = [bare, small].find((one) => leadTo(path, plain.text, one, after.tree));
  return good ?? [wholeDifference(plain.text, printed)];
}

/** recast writes `function(`; where the file has a blank there, so has what is printed. */
function asWritten<T extends Tokenised>(source: Tokenised, printed: T | undefined): T | undefined {
  if (!printed || !/\bfunction \(/.test(source.text) || /\bfunction\(/.test(source.text)) return printed;
  const isBare = ({ text, end }: Token) => text === 'function' && printed.text[end] === '(';
  const at = printed.tokens.filter(isBare).map(({ end }) => end);
  const by = (offset: number) => at.filter((end) => end <= offset).length;
  return {
    ...printed,
    text: applyEdits(
      printed.text,
      at.map((end) => ({ start: end, end, text: ' ' })),
    ),
    tokens: printed.tokens.map((token) => ({
      ...token,
      start: token.start + by(token.start),
      end: token.end + by(token.end - 1),
    })),
  };
}

/** True where the changes give the program that the transform printed: the proof that leaving white space out lost nothing. */
function leadTo(path: string, text: string, small: Change[], expected: JavaScriptTree): boolean {
  const result = parseJavaScript(path, applyEdits(text, small));
  return 'tree' in result && sameTree(result.tree, expected);
}

/** What recast prints of a text that nobody changed; undefined where that does not even parse. */
function reprint(path: string, text: string): Tokenised | undefined {
  const { j } = apiFor(path);
  return tokenised(path, j(text).toSource({ lineTerminator: '\n' }));
}

function tokenised(path: string, text: string): (Tokenised & { tree: JavaScriptTree }) | undefined {
  const parsed = parseJavaScript(path, text, { tokens: true });
  return 'tree' in parsed ? { ...parsed, text, tokens: tokensOf(parsed.tree, text) } : undefined;
}

function parseOrThrow(path: string, source: string): JavaScriptTree {
  const parsed = parseJavaScript(path, source, { tokens: true });
  if ('tree' in parsed) return parsed.tree;
  throw new SyntaxError(parsed.error.message);
}

/** One change from the first character that differs to the last: what is left where tokens cannot be compared. */
function wholeDifference(before: string, after: string): Change {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < most - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
