import type { Backend } from '../../../src/backend/backend.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { argumentsOf } from '../../../src/languages/python/arguments.ts';
import { whereabouts } from '../../../src/languages/python/awaits.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { children, descendants, encloses, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Give every task a session of its own',
  why: 'An AsyncSession serves one task at a time: two at once raise IllegalStateChangeError, or mix up their transactions.',
  safety: 'report',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/session_basics.html#is-the-session-thread-safe-is-asyncsession-safe-to-share-in-concurrent-tasks',
  catalogue: ['py-gather-one-session'],
  fixes: [
    /IllegalStateChangeError/,
    /This session is provisioning a new connection; concurrent operations are not permitted/,
    /another operation is in progress/,
  ],
  literals: ['gather', 'create_task', 'TaskGroup'],
  detect(document, backend) {
    return document.calls.flatMap((call) => draft(document, backend, call) ?? []);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  const callee = call.childForFieldName('function');
  if (!callee) return undefined;
  const isGather = document.externalName(callee) === 'asyncio.gather';
  const name = isGather
    ? sharedInGather(document, backend, call)
    : sharedInLoop(document, backend, call, callee);
  if (!name) return undefined;
  return {
    subject: `${name} in ${whereabouts(call)}`,
    at: document.place(call),
    message: `Several tasks use ${name} at once.`,
    next: `Open a session in each task: async with the session factory as ${lastPart(name)}, inside the coroutine; or await them one after the other.`,
  };
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** The session that two arguments use, or one that is made in a comprehension. */
function sharedInGather(document: PythonDocument, backend: Backend, call: Node): string | undefined {
  const seen = new Set<string>();
  for (const argument of argumentsOf(call)) {
    const comprehension = repeated(argument);
    const names = sessionsIn(document, backend, comprehension ?? argument);
    for (const name of names) {
      if (seen.has(name) || (comprehension && !isBoundWithin(document, comprehension, name))) return name;
      seen.add(name);
    }
  }
  return undefined;
}

/** The comprehension of `*[f(session, x) for x in xs]`. */
function repeated(argument: Node): Node | undefined {
  const inner = argument.type === 'list_splat' ? children(argument)[0] : undefined;
  return inner && /_comprehension$|^generator_expression$/.test(inner.type) ? inner : undefined;
}

function isBoundWithin(document: PythonDocument, comprehension: Node, name: string): boolean {
  return document.scopes.byNode.get(comprehension.id)?.bindings.has(name.split('.')[0] ?? name) ?? false;
}

/** Names and attributes that are async sessions and go into a coroutine: as an argument, or by a call of their own method. */
function sessionsIn(document: PythonDocument, backend: Backend, node: Node): Set<string> {
  const nodes = descendants(node, ['identifier', 'attribute']).filter(
    ({ parent }) => parent !== null && /^(argument_list|keyword_argument|attribute)$/.test(parent.type),
  );
  return new Set(
    nodes
      .filter((each) => !isNameOfMember(each) && !enclosing(each, 'lambda'))
      .filter((each) => {
        const kind = kindOf(backend, document, each);
        return kind?.what === 'async-session' && !kind.scoped;
      })
      .map(({ text }) => text),
  );
}

function isNameOfMember(node: Node): boolean {
  const { parent } = node;
  return (
    (parent?.type === 'attribute' && parent.childForFieldName('attribute')?.id === node.id) ||
    (parent?.type === 'keyword_argument' && parent.childForFieldName('name')?.id === node.id)
  );
}

/** `for x in xs: group.create_task(f(session, x))`, where the session is opened outside the loop. */
function sharedInLoop(
  document: PythonDocument,
  backend: Backend,
  call: Node,
  callee: Node,
): string | undefined {
  const isTask =
    document.externalName(callee) === 'asyncio.create_task' ||
    callee.childForFieldName('attribute')?.text === 'create_task';
  const loop = isTask ? enclosing(call, 'for_statement', 'function_definition', 'lambda') : undefined;
  if (loop?.type !== 'for_statement') return undefined;
  const body = loop.childForFieldName('body');
  const names = argumentsOf(call).flatMap((argument) => [...sessionsIn(document, backend, argument)]);
  return names.find((name) => {
    const bound = document.bindings.filter((binding) => binding.name === name.split('.')[0]);
    return !bound.some(({ node }) => body && encloses(body, node));
  });
}
