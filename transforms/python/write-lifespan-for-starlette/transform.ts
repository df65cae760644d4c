import { callOf, type Event, type EventHandler, eventHandlers } from '../../../src/backend/event-handlers.ts';
import { versionReason } from '../../../src/backend/package-version.ts';
import { argumentsOf, hasSplat, keyword, removeArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { indentUnit } from '../../../src/languages/python/layout.ts';
import { insertBefore, removeLines } from '../../../src/languages/python/statement-edits.ts';
import { enclosing, type Node, statementOf } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Write a lifespan for Starlette',
  why: 'Starlette 1.0 took on_startup, on_shutdown, on_event and add_event_handler away, so the module fails when the server imports it.',
  safety: {
    unsafe:
      'a handler that fails at the start now keeps those behind it, and those of the shutdown, from running',
  },
  since: { starlette: '1.0' },
  docs: 'https://starlette.dev/lifespan/',
  catalogue: ['py-starlette1-event-api'],
  fixes: [
    /'Starlette' object has no attribute '(on_event|add_event_handler)'/,
    /Starlette\.__init__\(\) got an unexpected keyword argument 'on_(startup|shutdown)'/,
  ],
  literals: ['on_event', 'add_event_handler', 'on_startup', 'on_shutdown'],
  detect(document, backend) {
    const because = versionReason(backend, 'starlette');
    const groups = new Map<number, EventHandler[]>();
    for (const each of eventHandlers(document).filter(({ framework }) => framework === 'starlette')) {
      const id = each.application?.call.id ?? 0;
      groups.set(id, [...(groups.get(id) ?? []), each]);
    }
    return [...groups.values()].map((handlers) => draft(document, handlers, because));
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, handlers: EventHandler[], because: string): Draft {
  const [first] = handlers;
  const edits = editsFor(document, handlers);
  return {
    subject: handlers.map(({ handler }) => handler.text).join(' '),
    at: document.place(first?.at ?? document.root),
    message: `Starlette 1.0 (${because}) has no event handlers any more, only a lifespan.`,
    ...(edits
      ? { edits }
      : {
          safety: 'report' as const,
          next: 'Write a lifespan that calls the handlers, and give it to Starlette(lifespan=…).',
        }),
  };
}

function editsFor(document: PythonDocument, handlers: EventHandler[]): Edit[] | undefined {
  const call = handlers[0]?.application?.call;
  const free = !document.scopes.module.bindings.has('lifespan') && !document.text.includes('lifespan');
  if (!call || !free || call.tree.rootNode.id !== document.root.id || hasSplat(call)) return undefined;
  if (enclosing(call, 'function_definition', 'class_definition')) return undefined;
  const removed = [...removedArguments(document, call), ...removedHandlers(document, handlers)];
  const calls = handlers.map((each) => callOf(document, each));
  if ([...removed, ...calls].some((each) => each === undefined)) return undefined;
  return [
    insertBefore(document, statementOf(call), lifespanText(document, handlers, calls as string[])),
    ...given(document, call, removed as Edit[]),
    ...addImport(document, { module: 'contextlib', name: 'asynccontextmanager' }),
  ];
}

function lifespanText(document: PythonDocument, handlers: EventHandler[], calls: string[]): string {
  const unit = indentUnit(document.text);
  const of = (event: Event) =>
    calls.filter((_, at) => handlers[at]?.event === event).map((call) => `${unit}${call}`);
  return [
    '@asynccontextmanager',
    'async def lifespan(app):',
    ...of('startup'),
    `${unit}yield`,
    ...of('shutdown'),
    '',
    '',
  ].join('\n');
}

/** `lifespan=lifespan` takes the place of the first list, or stands behind the last argument. */
function given(document: PythonDocument, call: Node, removed: Edit[]): Edit[] {
  const lists = ['on_startup', 'on_shutdown'].flatMap((name) => keyword(call, name) ?? []);
  const [first] = lists.sort((a, b) => a.startIndex - b.startIndex);
  if (first) return [{ ...document.place(first), text: 'lifespan=lifespan' }, ...removed];
  const last = argumentsOf(call).at(-1);
  const end = last?.endIndex ?? call.endIndex - 1;
  return [{ file: document.path, start: end, end, text: `${last ? ', ' : ''}lifespan=lifespan` }, ...removed];
}

/** The second of the two lists; the first is written over. */
function removedArguments(document: PythonDocument, call: Node): Edit[] {
  const lists = ['on_startup', 'on_shutdown'].flatMap((name) => keyword(call, name) ?? []);
  return lists
    .sort((a, b) => a.startIndex - b.startIndex)
    .slice(1)
    .map((each) => removeArgument(document, call, each));
}

function removedHandlers(document: PythonDocument, handlers: EventHandler[]): (Edit | undefined)[] {
  return handlers
    .filter(({ how }) => how !== 'argument')
    .map(({ how, at }) => removeLines(document, how === 'call' ? statementOf(at) : at));
}
