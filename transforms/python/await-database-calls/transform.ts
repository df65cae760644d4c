import type { Backend } from '../../../src/backend/backend.ts';
import type { Kind } from '../../../src/backend/kinds/kind.ts';
import { methodGives } from '../../../src/backend/kinds/methods.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { asyncEdits } from '../../../src/backend/make-async.ts';
import { together } from '../../../src/backend/together.ts';
import {
  chainOf,
  insertAwait,
  isReadOff,
  mayAwait,
  moveAwait,
  whereabouts,
} from '../../../src/languages/python/awaits.ts';
import { isGenerator } from '../../../src/languages/python/calls.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { children, descendants, enclosing, isAsync, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Await the calls of the async session',
  why: 'Without await a coroutine is made and never run: nothing is read, written or committed, and what is read off it fails.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncSession',
  catalogue: ['py-missing-await-db'],
  fixes: [
    /'coroutine' object has no attribute '(scalars?|all|first|one|one_or_none|fetchall|fetchone|mappings|unique|scalar_\w+|rowcount|execute)'/,
    /'coroutine' object is not (iterable|subscriptable)/,
    /coroutine 'Async(Session|Connection|Transaction|SessionTransaction)\.\w+' was never awaited/,
  ],
  literals: ['session', 'Session', 'conn', 'db', 'engine', 'begin', 'sqlalchemy', 'sqlmodel'],
  detect(document, backend) {
    return together(document.calls.flatMap((call) => draft(document, backend, call) ?? []));
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  const method = coroutineMethod(document, backend, call);
  if (!method) return undefined;
  const edits = repair(document, backend, call, method);
  if (!edits) return undefined;
  const callee = call.childForFieldName('function')?.text.replace(/\s+/g, '') ?? '';
  const base = { subject: `${callee} in ${whereabouts(call)}`, at: document.place(call) };
  const message = `${callee}() gives a coroutine, which nothing awaits: it never runs.`;
  if (mayAwait(call)) return { ...base, message, edits };
  return elsewhere(document, backend, call, { ...base, message, edits });
}

/** In a function that is not async `await` is no Python: the function becomes async where all that calls it can follow. */
function elsewhere(document: PythonDocument, backend: Backend, call: Node, draft: Draft): Draft | undefined {
  const definition = enclosing(call, 'function_definition', 'lambda', 'generator_expression');
  if (definition && definition.type !== 'function_definition') return undefined;
  if (definition && isGenerator(definition)) return undefined;
  const name = definition?.childForFieldName('name')?.text ?? 'the module';
  const around = definition && asyncEdits(document, backend, call);
  const { edits = [], ...rest } = draft;
  if (around) {
    const safety = { unsafe: `${name} becomes a coroutine function, and so do its calls` };
    return { ...rest, safety, edits: [...edits, ...around] };
  }
  const next = definition
    ? `Make ${name} an async def and await it wherever it is called.`
    : 'Move the call into an async function, e.g. the lifespan.';
  return { ...rest, subject: `${draft.subject}, synchronous`, safety: 'report', next };
}

/** The method, where the call is one of a session, connection or async result that has to be awaited. */
function coroutineMethod(document: PythonDocument, backend: Backend, call: Node): Kind | undefined {
  const callee = call.childForFieldName('function');
  if (callee?.type !== 'attribute' || callee.childForFieldName('attribute')?.text === 'dispose')
    return undefined;
  if (kindOf(backend, document, call)?.what !== 'coroutine') return undefined;
  const kind = kindOf(backend, document, callee);
  return kind?.what === 'method' ? kind : undefined;
}

/** The edits that await a call, or undefined where something else may await it later. */
function repair(document: PythonDocument, backend: Backend, call: Node, method: Kind): Edit[] | undefined {
  const chain = chainOf(call);
  const { parent } = chain;
  if (chain.id !== call.id) {
    const misplaced = parent?.type === 'await' && !awaitsTheRest(method, call, chain);
    return misplaced ? moveAwait(document, parent, call) : insertAwait(document, call);
  }
  return isAwaitedElsewhere(document, backend, call) ? undefined : insertAwait(document, call);
}

/** `await session.connection().execute(q)`: what is read off the awaited call is a coroutine again. */
function awaitsTheRest(method: Kind, call: Node, chain: Node): boolean {
  let kind = method.on && method.name ? methodGives(method.on, method.name)?.of : undefined;
  for (let at = call.parent; at && kind; at = at.parent) {
    if (at.type === 'attribute') {
      const name = at.childForFieldName('attribute')?.text ?? '';
      kind = at.parent?.type === 'call' ? methodGives(kind, name) : undefined;
    } else if (at.type !== 'call') return false;
    if (at.id === chain.id) return kind?.what === 'coroutine' || kind?.awaitable === true;
  }
  return false;
}

/** Where the value of a call goes on as it is, so that it has to be a value and not a coroutine. */
const WANTS_VALUE =
  /^(for_statement|for_in_clause|if_statement|elif_clause|while_statement|comparison_operator|boolean_operator|not_operator|expression_statement)$/;
const BUILTINS_OF_VALUES = /^(list|tuple|set|len|bool|dict|sorted|sum|int|str|iter|next|print)$/;

function isAwaitedElsewhere(document: PythonDocument, backend: Backend, call: Node): boolean {
  let at = call;
  while (at.parent?.type === 'parenthesized_expression') at = at.parent;
  const { parent } = at;
  if (!parent || parent.type === 'await') return true;
  if (parent.type === 'boolean_operator') return isAwaitedElsewhere(document, backend, parent);
  if (WANTS_VALUE.test(parent.type)) return parent.type === 'for_in_clause' && isReadOff(at);
  if (parent.type === 'argument_list') return !isArgumentOfBuiltin(document, parent);
  if (parent.type === 'assignment') return isHandedOn(document, parent);
  return parent.type !== 'return_statement' || !returnsValue(backend, parent);
}

/**
 * An async function from which who awaits it would get a coroutine: `async def get() -> User: return session.get(…)`. One that says
 * nothing of what it gives counts where nothing in the backend is awaited twice.
 */
function returnsValue(backend: Backend, statement: Node): boolean {
  const definition = enclosing(statement, 'function_definition', 'lambda');
  if (!definition || !isAsync(definition)) return false;
  const says = definition.childForFieldName('return_type');
  if (!says) return !awaitsTwice(backend);
  return !/\b(Awaitable|Coroutine|Future|Task|Any|object)\b/.test(says.text);
}

const twice = new WeakMap<Backend, boolean>();

/** `await (await f())`, or `pending = await f()` that is awaited later. */
function awaitsTwice(backend: Backend): boolean {
  const found = twice.get(backend) ?? backend.documents.some(awaitsTwiceIn);
  twice.set(backend, found);
  return found;
}

function awaitsTwiceIn(document: PythonDocument): boolean {
  if (!document.text.includes('await')) return false;
  return descendants(document.root, 'await').some((node) => {
    let awaited = node.namedChildren[0];
    while (awaited?.type === 'parenthesized_expression') awaited = awaited.namedChildren[0];
    if (awaited?.type !== 'identifier') return awaited?.type === 'await';
    const bindings = scopeAt(document, awaited).find(awaited.text) ?? [];
    return bindings.some(({ value }) => value?.type === 'await');
  });
}

function isArgumentOfBuiltin(document: PythonDocument, list: Node): boolean {
  const callee = list.parent?.type === 'call' ? list.parent.childForFieldName('function') : undefined;
  return (
    callee?.type === 'identifier' &&
    BUILTINS_OF_VALUES.test(callee.text) &&
    document.origin(callee).kind === 'builtin'
  );
}

/** `pending = session.execute(q)`: false where every use of the name reads something off it or loops over it. */
function isHandedOn(document: PythonDocument, assignment: Node): boolean {
  const left = assignment.childForFieldName('left');
  if (left && /^(pattern_list|tuple_pattern|list_pattern)$/.test(left.type)) return false;
  if (left?.type !== 'identifier') return true;
  const binding = scopeAt(document, left)
    .bindings.get(left.text)
    ?.find(({ node }) => node.id === left.id);
  if (!binding) return true;
  return document
    .usesOf(binding)
    .filter(({ node }) => node.startIndex > assignment.endIndex)
    .some(({ node }) => !needsValue(node));
}

function needsValue(node: Node): boolean {
  if (isReadOff(node)) return !isAwaitedChain(node);
  const { parent } = node;
  if (parent?.type === 'for_statement' || parent?.type === 'for_in_clause')
    return parent.childForFieldName('right')?.id === node.id;
  if (parent?.type === 'delete_statement') return true;
  return (
    parent !== null &&
    /^(if_statement|elif_clause|comparison_operator|not_operator)$/.test(parent.type) &&
    !children(parent).some(({ type }) => type === 'await')
  );
}

/** `await pending.close()` says nothing of `pending`. */
function isAwaitedChain(node: Node): boolean {
  return node.parent?.type === 'await';
}
