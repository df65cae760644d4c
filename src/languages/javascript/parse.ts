import type { ParseError, ParseResult, ParserOptions, ParserPlugin } from '@babel/parser';
import { javaScriptEngine } from './engine.ts';

/** A parsed file: Babel's tree, which has `comments`, and `tokens` where they were asked for. Offsets are UTF-16 code units. */
export type JavaScriptTree = ParseResult;

/** Where and why a text is not JavaScript. Line and column are counted from 1. */
export interface JavaScriptSyntaxError {
  message: string;
  line: number;
  column: number;
}

const JAVASCRIPT: ParserPlugin[] = ['jsx', 'decorators', 'decoratorAutoAccessors'];
const LEGACY: ParserPlugin[] = ['jsx', 'decorators-legacy', 'exportDefaultFrom'];
const FLOW: ParserPlugin[] = ['jsx', ['flow', { all: true }], 'flowComments', 'decorators-legacy'];
const TYPESCRIPT: ParserPlugin[] = ['typescript', 'decorators-legacy', 'decoratorAutoAccessors'];
const TYPESCRIPT_JSX: ParserPlugin[] = ['jsx', ...TYPESCRIPT];

/** Node's extensions and TypeScript's. */
const EXTENSION = /\.([cm]?[jt]s|[jt]sx)$/;

export function isJavaScript(path: string): boolean {
  return EXTENSION.test(path) && !/\.d\.[cm]?ts$/.test(path);
}

/**
 * Parses what the extension promises, then what the file may be all the same: a script that is not strict,
 * legacy decorators, Flow, TypeScript in a `.js` file. Returns the first attempt's error where none succeeds.
 * Tokens take as much time and room again as the tree: recast and tokensOf() need them, what only looks does not.
 */
export function parseJavaScript(
  path: string,
  text: string,
  { tokens = false } = {},
): { tree: JavaScriptTree } | { error: JavaScriptSyntaxError } {
  let first: unknown;
  for (const plugins of dialects(path)) {
    for (const sourceType of sourceTypes(path)) {
      try {
        return { tree: javaScriptEngine().parse(text, options(plugins, sourceType, tokens)) };
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        first ??= error;
      }
    }
  }
  return { error: describe(first) };
}

function dialects(path: string): ParserPlugin[][] {
  const extension = EXTENSION.exec(path)?.[1] ?? 'js';
  if (extension === 'tsx') return [TYPESCRIPT_JSX];
  if (extension.endsWith('ts')) return [TYPESCRIPT, TYPESCRIPT_JSX];
  return [JAVASCRIPT, LEGACY, FLOW, TYPESCRIPT_JSX];
}

function sourceTypes(path: string): SourceType[] {
  if (/\.m[jt]s$/.test(path)) return ['module'];
  return /\.c[jt]s$/.test(path) ? ['script', 'module'] : ['module', 'script'];
}

type SourceType = NonNullable<ParserOptions['sourceType']>;

function options(plugins: ParserPlugin[], sourceType: SourceType, tokens: boolean): ParserOptions {
  return {
    plugins,
    sourceType,
    tokens,
    attachComment: false,
    allowReturnOutsideFunction: true,
    allowImportExportEverywhere: true,
    allowAwaitOutsideFunction: true,
    allowUndeclaredExports: true,
    allowSuperOutsideMethod: true,
  };
}

function describe(error: unknown): JavaScriptSyntaxError {
  const { loc, message } = error as Partial<ParseError> & {
    loc?: { line: number; column: number };
    message?: string;
  };
  const text = (message ?? String(error)).replace(/ \(\d+:\d+\)$/, '');
  return { message: text, line: loc?.line ?? 1, column: (loc?.column ?? 0) + 1 };
}
