import type { Backend } from '../../../src/backend/backend.ts';
import { receiverOf } from '../../../src/backend/kinds.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { argumentsOf } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Use the connection that is open already',
  why: 'SQLAlchemy 2.0 took connect() off the connection: what gave the same connection once more raises AttributeError.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  docs: 'https://docs.sqlalchemy.org/en/14/core/future.html#sqlalchemy.future.Connection',
  catalogue: ['py-engine-execute'],
  fixes: [/'Connection' object has no attribute 'connect'/],
  literals: ['connect()'],
  detect(document, backend) {
    return onePerFunction(document.calls.flatMap((call) => ofCall(document, backend, call)));
  },
} satisfies Transform<'python'>;

/** `op.get_bind().connect()`. */
function ofCall(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const method = call.childForFieldName('function')?.childForFieldName('attribute')?.text;
  const receiver = method === 'connect' ? receiverOf(backend, document, call) : undefined;
  if (receiver?.kind.what !== 'connection' || argumentsOf(call).length > 0) return [];
  const draft = {
    subject: `connect ${functionAt(call)}`,
    at: document.place(call),
    message: 'A connection has no connect() since SQLAlchemy 2.0; it gave the same connection once more.',
  };
  if (mayBeClosed(document, call)) {
    const next = `Use ${receiver.node.text} itself, and leave it open for whoever opened it.`;
    return [{ ...draft, safety: 'report', next }];
  }
  return [{ ...draft, edits: [{ ...document.place(call), text: receiver.node.text }] }];
}

/** Closing what connect() gave left the connection open; closing the connection itself would not. A session closes neither. */
function mayBeClosed(document: PythonDocument, call: Node): boolean {
  const { parent } = call;
  if (parent?.type === 'keyword_argument') return parent.childForFieldName('name')?.text !== 'bind';
  const name = parent?.type === 'assignment' ? parent.childForFieldName('left') : undefined;
  const [binding, other] =
    name?.type === 'identifier' ? (scopeAt(document, name).bindings.get(name.text) ?? []) : [];
  if (!binding || other) return true;
  return document.usesOf(binding).some(({ node }) => !isOnlyUsed(node));
}

/** Called for something else than its end, or what a session or a table is given. */
function isOnlyUsed(node: Node): boolean {
  const { parent } = node;
  if (parent?.type === 'keyword_argument')
    return /^(bind|autoload_with)$/.test(parent.childForFieldName('name')?.text ?? '');
  const method = parent?.type === 'attribute' ? parent.childForFieldName('attribute')?.text : undefined;
  return method !== undefined && !/^(close|detach|invalidate|__exit__)$/.test(method);
}
