import type { Backend } from '../../../src/backend/backend.ts';
import { callerArguments } from '../../../src/backend/kinds/callers.ts';
import type { Kind } from '../../../src/backend/kinds/kind.ts';
import { kindOf, receiverOf } from '../../../src/backend/kinds.ts';
import { mayAwait, whereabouts } from '../../../src/languages/python/awaits.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import {
  children,
  descendants,
  encloses,
  enclosing,
  isAsync,
  type Node,
} from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Open it with the with that it has',
  why: 'An async session or connection has only async with, a synchronous one only with; the other raises TypeError when the block is entered.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-orm',
  catalogue: ['py-with-vs-async-with'],
  fixes: [
    /'(_AsyncGeneratorContextManager|Async\w+|async_\w+)' object does not support the context manager protocol/,
    /'(_GeneratorContextManager|Session|Connection)' object does not support the asynchronous context manager protocol/,
    /AttributeError: __enter__|AttributeError: __aenter__/,
  ],
  literals: ['with '],
  detect(document, backend) {
    if (!/[Ss]ession|engine|conn|contextmanager/.test(document.text)) return [];
    const statements = descendants(document.root, 'with_statement');
    return statements.flatMap((statement) => draft(document, backend, statement) ?? []);
  },
} satisfies Transform<'python'>;

type Way = 'with' | 'async with';

function draft(document: PythonDocument, backend: Backend, statement: Node): Draft | undefined {
  const clause = children(statement).find(({ type }) => type === 'with_clause');
  const items = clause ? children(clause).filter(({ type }) => type === 'with_item') : [];
  const values = items.flatMap((item) => children(item).slice(0, 1)).map(opened);
  const ways = values.map((value) => wayOf(kindOf(backend, document, value)));
  const written: Way = isAsync(statement) ? 'async with' : 'with';
  const wrong = values.find((_, at) => ways[at] !== undefined && ways[at] !== written);
  if (!wrong || isChosen(statement)) return undefined;
  const needed = written === 'with' ? 'async with' : 'with';
  const name = wrong.text.split('\n')[0] ?? '';
  const base = { subject: `${name} in ${whereabouts(statement)}`, at: document.place(wrong) };
  const message = `${name} is opened by ${needed} only.`;
  if (ways.some((way) => way !== needed)) {
    const next = `Open ${name} in a ${needed} of its own.`;
    return { ...base, message, safety: 'report', next };
  }
  return needed === 'async with'
    ? toAsync(document, statement, { ...base, message })
    : toSync(document, backend, statement, { ...base, message });
}

/** `if self.is_async:` around it: the code knows of both, and opens each in its own way. */
function isChosen(statement: Node): boolean {
  for (let at = statement.parent; at && at.type !== 'function_definition'; at = at.parent) {
    const test = at.type === 'if_statement' ? at.childForFieldName('condition') : null;
    if (test && descendants(test, 'identifier').some(({ text }) => /async/i.test(text))) return true;
  }
  return false;
}

function opened(item: Node): Node {
  return item.type === 'as_pattern' ? (children(item)[0] ?? item) : item;
}

/** How a value is opened; undefined where it is unknown, or no context manager. */
function wayOf(kind: Kind | undefined): Way | undefined {
  if (!kind || kind.scoped) return undefined;
  if (/^async-(context|session|connection|transaction)$/.test(kind.what)) return 'async with';
  return /^(context|session|connection|transaction)$/.test(kind.what) ? 'with' : undefined;
}

function toAsync(document: PythonDocument, statement: Node, draft: Draft): Draft {
  if (!mayAwait(statement)) {
    const name = whereabouts(statement);
    const next = yields(statement)
      ? `Make ${name} an async def: an async generator is read by async for, and opened by async with below @asynccontextmanager.`
      : `Make ${name} an async def, and await it wherever it is called.`;
    return { ...draft, safety: 'report', next };
  }
  const start = statement.startIndex;
  return { ...draft, edits: [{ file: document.path, start, end: start, text: 'async ' }] };
}

/** True where the function around a statement is a generator. */
function yields(statement: Node): boolean {
  const definition = enclosing(statement, 'function_definition');
  return (
    definition !== undefined &&
    descendants(definition, 'yield').some(
      (each) => enclosing(each, 'function_definition', 'lambda')?.id === definition.id,
    )
  );
}

/** `async with Session(engine)`: where the block awaits what it opened, it is the session that is wrong. */
function toSync(
  document: PythonDocument,
  backend: Backend,
  statement: Node,
  draft: Draft,
): Draft | undefined {
  if (awaitsWhatItOpens(document, statement)) {
    // Code that uses it as an async one is the better witness than an annotation.
    if (!isMade(backend, document, openedBy(statement))) return undefined;
    const next =
      'Make it async where it is made, with create_async_engine, async_sessionmaker or @asynccontextmanager.';
    return {
      ...draft,
      message: `${draft.message} What the block awaits is synchronous.`,
      safety: 'report',
      next,
    };
  }
  const session = sessionOf(backend, document, openedBy(statement));
  if (session && isPassedAsync(backend, document, session)) return undefined;
  if (!isMade(backend, document, session ?? openedBy(statement))) {
    // A sessionmaker makes sessions of any class, async ones too.
    if (receiverOf(backend, document, openedBy(statement))?.kind.what === 'session-factory') return undefined;
    const [name = ''] = openedBy(statement).text.split('\n');
    const message = `${name} is opened by async with, and an annotation says that it is synchronous: one of both is wrong.`;
    const next = 'Look at what the annotation says of it, and at what is really passed.';
    return { ...draft, message, safety: 'report', next };
  }
  const keyword = statement.children.find((each) => each?.type === 'with');
  const end = keyword?.startIndex ?? statement.startIndex;
  return { ...draft, edits: [{ file: document.path, start: statement.startIndex, end, text: '' }] };
}

function openedBy(statement: Node): Node {
  const clause = children(statement)[0] ?? statement;
  return opened(children(children(clause)[0] ?? clause)[0] ?? clause);
}

/** The session itself, of `session` and of `session.begin()`. */
function sessionOf(backend: Backend, document: PythonDocument, opened: Node): Node | undefined {
  const object = opened.childForFieldName('function')?.childForFieldName('object');
  return (
    [opened, object].find((node) => node && kindOf(backend, document, node)?.what === 'session') ?? undefined
  );
}

/** True for a parameter that some caller, or a caller's caller, gives an async session. */
function isPassedAsync(backend: Backend, document: PythonDocument, node: Node, hops = 0): boolean {
  const origin = document.origin(node);
  if (hops > 4 || origin.kind !== 'local' || origin.binding.kind !== 'parameter') return false;
  const definition = enclosing(origin.binding.node, 'function_definition');
  const passed = definition && callerArguments(backend.kinds, document, definition, origin.binding.name);
  return [...(passed ?? [])].some(
    (each) =>
      each !== undefined &&
      (kindOf(backend, each.document, each.node)?.what === 'async-session' ||
        isPassedAsync(backend, each.document, each.node, hops + 1)),
  );
}

/** True where more than an annotation says what it is; of `engine.begin()` and `factory.begin()` what stands before counts. */
function isMade(backend: Backend, document: PythonDocument, node: Node): boolean {
  const receiver = receiverOf(backend, document, node)?.kind;
  const isMaker = /^(engine|session-factory|session)$/.test(receiver?.what ?? '');
  const kind = isMaker ? receiver : kindOf(backend, document, node);
  return kind?.made !== undefined || kind?.what === 'context' || kind?.what === 'connection';
}

function awaitsWhatItOpens(document: PythonDocument, statement: Node): boolean {
  const header = children(statement)[0] ?? statement;
  const body = statement.childForFieldName('body');
  const names = descendants(header, 'as_pattern_target').map(({ text }) => text);
  return names
    .flatMap((name) => document.referencesNamed(name))
    .some(({ node }) => body !== null && encloses(body, node) && isAwaited(node));
}

/** `await session.execute(…)`, `async with session.begin()`. */
function isAwaited(node: Node): boolean {
  let at = node;
  while (at.parent && /^(attribute|call|parenthesized_expression)$/.test(at.parent.type)) at = at.parent;
  return at.parent?.type === 'await';
}
