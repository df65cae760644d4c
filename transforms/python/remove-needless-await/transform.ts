import type { Backend } from '../../../src/backend/backend.ts';
import type { Kind } from '../../../src/backend/kinds/kind.ts';
import { hasMethod, methodGives } from '../../../src/backend/kinds/methods.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { together } from '../../../src/backend/together.ts';
import { removeAwait, whereabouts } from '../../../src/languages/python/awaits.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { children, descendants, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Remove the await before what is no coroutine',
  why: 'add() and the methods of a result give plain values, and await of a plain value raises TypeError.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncSession.add',
  catalogue: ['py-extra-await'],
  fixes: [
    /object (NoneType|list|ScalarResult|MappingResult|\w*Result|Row|bool) can't be used in 'await' expression/,
    /'(NoneType|list|ScalarResult|MappingResult|\w*Result|Row|bool)' object can't be awaited/,
  ],
  literals: ['await'],
  detect(document, backend) {
    const awaits = descendants(document.root, 'await');
    return together(awaits.flatMap((node) => draft(document, backend, node) ?? []));
  },
} satisfies Transform<'python'>;

/** What only reads: nobody awaits it because the session was meant to be async, whatever the session is. */
const READS = /^(result|scalar-result|mapping-result|row|mapping|statement)$/;

function draft(document: PythonDocument, backend: Backend, node: Node): Draft | undefined {
  const operand = children(node).find(({ type }) => type !== 'comment');
  const callee = operand?.type === 'call' ? operand.childForFieldName('function') : undefined;
  if (!callee) return undefined;
  const method = kindOf(backend, document, callee);
  if (method?.what !== 'method' || !method.on || !method.name || isAwaited(method.on, method.name))
    return undefined;
  const called = callee.text.replace(/\s+/g, '');
  const subject = `${shortened(called)} in ${whereabouts(node)}`;
  const message = `${shortened(called)}() gives no coroutine, and await of it raises TypeError.`;
  const edits = removeAwait(document, node);
  const base = { subject, at: document.place(node), message, edits };
  if (READS.test(method.on.what) || method.on.what.startsWith('async-')) return base;
  // An annotation alone may be what is wrong: the code that awaits works with an async session.
  if (!method.on.made) return undefined;
  return {
    ...base,
    safety: {
      unsafe: `the ${method.on.what} is synchronous: where it was meant to be async, make it async and keep the await`,
    },
  };
}

/** True of a method that gives something awaitable, and of one that the tables do not have. */
function isAwaited(on: Kind, name: string): boolean {
  if (!hasMethod(on.what, name)) return true;
  const gives = methodGives(on, name);
  return gives?.what === 'coroutine' || gives?.awaitable === true;
}

function shortened(text: string): string {
  return text.length > 40 ? `…${text.slice(text.lastIndexOf('.'))}` : text;
}
