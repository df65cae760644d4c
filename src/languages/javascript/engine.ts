import type * as Babel from '@babel/parser';
import type { JSCodeshift } from 'jscodeshift';

interface Engine {
  parse: typeof Babel.parse;
  jscodeshift: JSCodeshift;
}

let engine: Engine | undefined;

/**
 * Loads @babel/parser, recast and jscodeshift once. Must have resolved before a document is parsed.
 * A repository without a JavaScript file that some transform looks for never needs it: it costs about 50 ms.
 */
export async function loadJavaScript(): Promise<void> {
  if (engine) return;
  const [babel, shift] = await Promise.all([import('@babel/parser'), import('jscodeshift')]);
  engine = { parse: babel.parse, jscodeshift: shift.default };
}

export function javaScriptEngine(): Engine {
  if (!engine) throw new Error('loadJavaScript() has not been awaited');
  return engine;
}
