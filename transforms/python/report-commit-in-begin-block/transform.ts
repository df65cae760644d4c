import type { Backend } from '../../../src/backend/backend.ts';
import { receiverOf } from '../../../src/backend/kinds.ts';
import { whereabouts } from '../../../src/languages/python/awaits.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import { type Block, blockOf } from './begin-block.ts';
import { firstUse, isBoundIn, laterIn } from './later-use.ts';

export default {
  title: 'Leave the commit to the block that began',
  why: 'A block of begin() commits at its end. After a commit inside it nothing more can be done with its session: InvalidRequestError.',
  safety: 'report',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/session_transaction.html#framing-out-a-begin-commit-rollback-block',
  fixes: [/Can't operate on closed transaction inside context manager/],
  literals: ['commit', 'rollback'],
  detect(document, backend) {
    const ends = ['commit', 'rollback'].flatMap((name) => document.attributesNamed(name));
    const calls = ends.flatMap(({ parent }) => (parent?.type === 'call' ? [parent] : []));
    const seen = new Set<string>();
    return calls
      .sort((a, b) => a.startIndex - b.startIndex)
      .flatMap((call) => endAt(document, backend, call) ?? [])
      .filter(({ name, block }) => {
        const key = `${name} ${block.body.id}`;
        return !seen.has(key) && seen.add(key);
      })
      .map((end) => draft(document, end));
  },
} satisfies Transform<'python'>;

/** A commit or rollback inside such a block, and the first thing that fails after it. */
export interface End {
  call: Node;
  /** The session or connection. */
  name: string;
  method: string;
  block: Block;
  use: Node;
  isConnection: boolean;
}

function draft(document: PythonDocument, { call, name, method, block, use, isConnection }: End): Draft {
  const where = block.opensIn ? `${block.opener} of ${block.opensIn}` : block.opener;
  const line = use.startPosition.row + 1;
  return {
    subject: `${name}.${method}() in ${whereabouts(call)}`,
    at: document.place(call),
    message: `${name}.${method}() ends the transaction of ${where} before its block has ended: ${shown(use)} (line ${line}) raises InvalidRequestError.`,
    next: nextStep(method, block, isConnection),
  };
}

function nextStep(method: string, block: Block, isConnection: boolean): string {
  const instead =
    method === 'rollback'
      ? 'Take the rollback out: the block rolls back when an exception leaves it, and what may fail before it goes on stands in a block of begin_nested().'
      : 'Take the commit out: the block commits at its end.';
  const flush = method === 'commit' && !isConnection ? ' use flush() to get keys, or' : '';
  const change = block.opensIn ? ` take .begin() out of ${block.opensIn}.` : ' open it without begin().';
  return `${instead} Or${flush}${change}`;
}

/** A use as a message names it: a call without its arguments. */
function shown(use: Node): string {
  const callee = use.type === 'call' ? use.childForFieldName('function') : undefined;
  return callee ? `${callee.text}()` : use.text;
}

/** The commit or rollback that a call is, where something of the same block still needs the transaction. */
function endAt(document: PythonDocument, backend: Backend, call: Node): End | undefined {
  const receiver = receiverOf(backend, document, call);
  if (!receiver || !/^(async-)?(session|connection)$/.test(receiver.kind.what)) return undefined;
  const block = blockOf(document, backend, receiver.node);
  if (!block) return undefined;
  const { method } = receiver;
  const isConnection = /connection$/.test(receiver.kind.what);
  const name = receiver.node.text;
  const later = laterIn(call, block.body);
  if (isBoundIn(document, name, later)) return undefined;
  const end = { call, name, method, block, isConnection };
  const use = firstUse(document, backend, end, later);
  return use && { ...end, use };
}
