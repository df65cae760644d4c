import type { PythonDocument } from '../languages/python/document.ts';
import type { Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { type Kind, kindOf } from './kinds.ts';

/** `session.query(User).filter(…).order_by(…).first()`. */
export interface QueryChain {
  /** The session's expression, and the call of `query`. */
  session: Node;
  query: Node;
  /** What stands between `query` and the end, as calls with their names. */
  steps: { name: string; call: Node }[];
  /** The call that reads, or undefined where the chain ends before one. */
  terminal?: { name: string; call: Node };
  /** All of it. */
  whole: Node;
  /** What the query gives, before the terminal call. */
  kind: Kind | undefined;
}

export const STEPS =
  /^(filter|filter_by|where|order_by|limit|offset|distinct|options|join|outerjoin|group_by|having|select_from|with_for_update|execution_options)$/;

/** The chain that begins with a call of `query` on an async session; undefined of any other call. */
export function queryChain(document: PythonDocument, backend: Backend, query: Node): QueryChain | undefined {
  const callee = query.childForFieldName('function');
  const session = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  if (!session || callee?.childForFieldName('attribute')?.text !== 'query') return undefined;
  if (kindOf(backend, document, session)?.what !== 'async-session') return undefined;
  const steps: QueryChain['steps'] = [];
  let whole = query;
  for (let next = calledOn(whole); next; next = calledOn(whole)) {
    const kind = kindOf(backend, document, whole);
    if (!STEPS.test(next.name)) return { session, query, steps, terminal: next, whole: next.call, kind };
    steps.push(next);
    whole = next.call;
  }
  return { session, query, steps, whole, kind: kindOf(backend, document, whole) };
}

/** The method that is called on an expression. */
export function calledOn(node: Node): { name: string; call: Node } | undefined {
  const attribute = node.parent?.type === 'attribute' ? node.parent : undefined;
  const call = attribute?.parent?.type === 'call' ? attribute.parent : undefined;
  const name = attribute?.childForFieldName('attribute')?.text;
  if (!call || !name || call.childForFieldName('function')?.id !== attribute?.id) return undefined;
  return { name, call };
}
