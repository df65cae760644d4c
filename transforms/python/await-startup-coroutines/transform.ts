import type { Backend } from '../../../src/backend/backend.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { asyncEdits } from '../../../src/backend/make-async.ts';
import { together } from '../../../src/backend/together.ts';
import { positional } from '../../../src/languages/python/arguments.ts';
import { insertAwait, mayAwait, whereabouts } from '../../../src/languages/python/awaits.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { encloses, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Await the coroutine that sets the database up',
  why: 'A coroutine that nothing awaits never runs: the tables are missing, and the first query says so, not the start.',
  safety: 'safe',
  docs: 'https://docs.python.org/3/library/asyncio-task.html#coroutines',
  catalogue: ['py-startup-coroutine-not-awaited'],
  fixes: [
    /RuntimeWarning: coroutine '\w+' was never awaited/,
    /asyncio\.run\(\) cannot be called from a running event loop/,
    /no such table|UndefinedTableError|relation "\w+" does not exist/,
  ],
  literals: ['async ', 'asyncio', 'on_event', 'FastAPI'],
  detect(document, backend) {
    return together(document.calls.flatMap((call) => draft(document, backend, call) ?? []));
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  if (call.parent?.type !== 'expression_statement') return undefined;
  const inner = runByAsyncio(document, call);
  const coroutine = inner ?? call;
  const kind = kindOf(backend, document, coroutine);
  if (kind?.what !== 'coroutine' || !kind.definition || !kind.document) return undefined;
  if (!hasToDoWithDatabase(backend, kind.document, kind.definition)) return undefined;
  const name = coroutine.childForFieldName('function')?.text ?? '';
  const base = { subject: `${name} in ${whereabouts(call)}`, at: document.place(call) };
  if (inner) return inRunningLoop(document, call, inner, base, name);
  const message = `${name}() gives a coroutine, which nothing awaits: what it does to the database never happens.`;
  if (mayAwait(call)) return { ...base, message, edits: insertAwait(document, call) };
  return fromSynchronous(document, backend, call, { ...base, message });
}

/** The argument of `asyncio.run(…)`. */
function runByAsyncio(document: PythonDocument, call: Node): Node | undefined {
  const callee = call.childForFieldName('function');
  const [first] = positional(call);
  return callee && first?.type === 'call' && document.externalName(callee) === 'asyncio.run'
    ? first
    : undefined;
}

/** Inside an `async def` a loop is running, and asyncio.run() refuses. */
function inRunningLoop(
  document: PythonDocument,
  call: Node,
  inner: Node,
  base: Pick<Draft, 'subject' | 'at'>,
  name: string,
): Draft | undefined {
  if (!mayAwait(call)) return undefined;
  const { path: file } = document;
  const edits: Edit[] = [
    { file, start: call.startIndex, end: inner.startIndex, text: 'await ' },
    { file, start: inner.endIndex, end: call.endIndex, text: '' },
  ];
  return {
    ...base,
    message: `asyncio.run(${name}()) stands where a loop is running already, and raises RuntimeError.`,
    edits,
  };
}

function fromSynchronous(
  document: PythonDocument,
  backend: Backend,
  call: Node,
  draft: Draft,
): Draft | undefined {
  const definition = enclosing(call, 'function_definition', 'lambda');
  if (definition && definition.type !== 'function_definition') return undefined;
  const around = definition && asyncEdits(document, backend, call);
  if (around) return { ...draft, edits: [...insertAwait(document, call), ...around] };
  const next = definition
    ? `Make ${whereabouts(call)} an async def, or call it with asyncio.run where no loop is running.`
    : 'Call it in the lifespan, or with asyncio.run where the module is run as a script.';
  return { ...draft, safety: 'report', next };
}

/** True where the function reads, writes, connects or makes tables itself. */
function hasToDoWithDatabase(backend: Backend, document: PythonDocument, definition: Node): boolean {
  const isWithin = (node: Node) => encloses(definition, node);
  return document.attributes.some((attribute) => {
    const object = isWithin(attribute) ? attribute.childForFieldName('object') : null;
    const what = object ? kindOf(backend, document, object)?.what : undefined;
    return what !== undefined && /^(async-)?(engine|session|connection|session-factory)$/.test(what);
  });
}
