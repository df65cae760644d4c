type Engine = typeof import('./libraries.ts');

let engine: Engine | undefined;

/**
 * Loads @babel/parser, recast and jscodeshift once. Must have resolved before a document is parsed.
 * A repository without a JavaScript file that some transform looks for never needs it: it costs about 50 ms.
 */
export async function loadJavaScript(): Promise<void> {
  engine ??= await import('./libraries.ts');
}

export function javaScriptEngine(): Engine {
  if (!engine) throw new Error('loadJavaScript() has not been awaited');
  return engine;
}
