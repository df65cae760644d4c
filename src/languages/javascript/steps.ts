import type { Node } from './nodes.ts';
import type { Script } from './script.ts';

/** True where nothing of a function runs behind a statement: it is the last one of the body, or of the last `if` or `try` of it. */
export function isLastStep(script: Script, statement: Node, fn: Node): boolean {
  let at = statement;
  for (let parent = script.parentOf(at); parent; parent = script.parentOf(at)) {
    if (parent === fn) return true;
    const { body } = parent as unknown as { body?: unknown };
    if (Array.isArray(body) && body.at(-1) !== at) return false;
    if (!/^(BlockStatement|IfStatement|CatchClause|TryStatement)$/.test(parent.type)) return false;
    if (parent.type === 'TryStatement' && parent.finalizer) return false;
    at = parent;
  }
  return false;
}
