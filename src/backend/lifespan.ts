import type { PythonDocument } from '../languages/python/document.ts';
import { insertAfter, insertBefore } from '../languages/python/statement-edits.ts';
import { children, descendants, enclosing, type Node } from '../languages/python/tree.ts';
import type { Edit } from '../types.ts';

/** The one `yield` of a lifespan that stands as a statement; undefined where it has several, or uses what it gives. */
export function yieldOf(lifespan: Node): Node | undefined {
  const found = descendants(lifespan, 'yield').filter(
    (node) => enclosing(node, 'function_definition', 'lambda')?.id === lifespan.id,
  );
  const statement = found[0]?.parent;
  return found.length === 1 && statement?.type === 'expression_statement' ? statement : undefined;
}

/** Lets a lifespan call these at the start: right before the yield. */
export function callBefore(document: PythonDocument, statement: Node, calls: readonly string[]): Edit {
  return insertBefore(document, outermost(statement, false), calls.join('\n'));
}

/** Lets a lifespan call these at the end: behind all that follows the yield, or last in the `finally` that follows it. */
export function callAfter(document: PythonDocument, statement: Node, calls: readonly string[]): Edit {
  return insertAfter(document, outermost(statement, true), calls.join('\n'));
}

/** Inside of `with` blocks around the yield, what they hold is open; a `try` around it lets its `finally` come first. */
function outermost(statement: Node, end: boolean): Node {
  const block = statement.parent;
  const around = block?.parent;
  if (around?.type === 'try_statement' && !end) return statement;
  if (around?.type === 'try_statement') {
    const last = children(around).find(({ type }) => type === 'finally_clause');
    const body = last && children(last).find(({ type }) => type === 'block');
    return (body && children(body).at(-1)) ?? around;
  }
  return end ? ((block && children(block).at(-1)) ?? statement) : statement;
}
