import type { PythonDocument } from '../languages/python/document.ts';
import { children, descendants, enclosing, isAsync, type Node } from '../languages/python/tree.ts';
import { engineOf } from './engines.ts';

/** A connection that `async with engine.begin() as conn` opened around a node. */
export interface OpenConnection {
  name: string;
  /** Where the engine was made. */
  engine: Node;
}

/** The connections with a transaction that commits, of async engines, that are open at a node; the innermost first. */
export function openConnections(document: PythonDocument, node: Node): OpenConnection[] {
  const found: OpenConnection[] = [];
  const limit = enclosing(node, 'function_definition', 'lambda')?.id;
  for (let at = node.parent; at && at.id !== limit; at = at.parent) {
    if (at.type !== 'with_statement' || !isAsync(at)) continue;
    if (at.childForFieldName('body')?.equals(node)) continue;
    found.push(
      ...descendants(clauseOf(at), 'as_pattern')
        .flatMap((each) => opened(document, each))
        .reverse(),
    );
  }
  return found;
}

function clauseOf(statement: Node): Node {
  return children(statement).find((each) => each.type === 'with_clause') ?? statement;
}

function opened(document: PythonDocument, pattern: Node): OpenConnection[] {
  const [call, target] = children(pattern);
  const name = target?.namedChildren[0];
  const callee = call?.type === 'call' ? call.childForFieldName('function') : undefined;
  const method = callee?.childForFieldName('attribute')?.text ?? '';
  const object = callee?.childForFieldName('object');
  if (!object || name?.type !== 'identifier' || method !== 'begin') return [];
  const engine = engineOf(document, object);
  return engine?.async ? [{ name: name.text, engine: engine.call }] : [];
}
