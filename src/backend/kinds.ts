import type { PythonDocument } from '../languages/python/document.ts';
import type { Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import type { Kind } from './kinds/kind.ts';

export type { Kind } from './kinds/kind.ts';

/**
 * What an expression of a document of this backend is: a session, a result, a model, a coroutine that gives one …, followed
 * through annotations, assignments, `with`, loops, returns, dependencies, attributes of classes and callers, across modules.
 * Undefined where that cannot be told, or where it may be several things: nothing is guessed from how a name is spelled.
 */
export function kindOf(backend: Backend, document: PythonDocument, node: Node): Kind | undefined {
  return backend.kinds.of(document, node);
}

/** What the `receiver` of a call `receiver.method(…)` is, with the names of both; undefined where the call has none or it is unknown. */
export function receiverOf(
  backend: Backend,
  document: PythonDocument,
  call: Node,
): { node: Node; method: string; kind: Kind } | undefined {
  const callee = call.type === 'call' ? call.childForFieldName('function') : null;
  const node = callee?.type === 'attribute' ? callee.childForFieldName('object') : null;
  const method = callee?.childForFieldName('attribute')?.text;
  const kind = node ? kindOf(backend, document, node) : undefined;
  return node && method && kind ? { node, method, kind } : undefined;
}
