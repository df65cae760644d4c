import { lifespanOf } from '../../../src/backend/applications.ts';
import { callOf, type Event, type EventHandler, eventHandlers } from '../../../src/backend/event-handlers.ts';
import { callAfter, callBefore, yieldOf } from '../../../src/backend/lifespan.ts';
import { keywordValue } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { removeLines } from '../../../src/languages/python/statement-edits.ts';
import { statementOf } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Call the handlers of on_event in the lifespan',
  why: 'An application with a lifespan never calls its on_event handlers, and says nothing: tables are not made, connections not opened.',
  safety: {
    unsafe:
      'what the handlers do happens again at the start and the end, as it has not since there is a lifespan',
  },
  docs: 'https://fastapi.tiangolo.com/advanced/events/#alternative-events-deprecated',
  catalogue: ['py-lifespan-and-on-event'],
  fixes: [/relation "\w+" does not exist/, /no such table/],
  literals: ['on_event', 'add_event_handler', 'on_startup', 'on_shutdown'],
  detect(document) {
    const ignored = eventHandlers(document).filter(
      ({ framework, application }) =>
        framework === 'fastapi' && application && keywordValue(application.call, 'lifespan'),
    );
    return [...byApplication(ignored).values()].map((handlers) => draft(document, handlers));
  },
} satisfies Transform<'python'>;

function byApplication(handlers: readonly EventHandler[]): Map<number, EventHandler[]> {
  const groups = new Map<number, EventHandler[]>();
  for (const each of handlers) {
    const id = each.application?.call.id ?? 0;
    groups.set(id, [...(groups.get(id) ?? []), each]);
  }
  return groups;
}

function draft(document: PythonDocument, handlers: EventHandler[]): Draft {
  const [first] = handlers;
  const names = handlers.map(({ handler }) => handler.text);
  const one = names.length === 1;
  const edits = first && editsFor(document, handlers, first);
  return {
    subject: names.join(' '),
    at: document.place(first?.at ?? document.root),
    message: `${names.join(', ')} ${one ? 'is' : 'are'} never called: the application has a lifespan, and then its event handlers are passed over.`,
    ...(edits
      ? { edits }
      : {
          safety: 'report' as const,
          next: `Call ${one ? 'it' : 'them'} in the lifespan: those of startup before its yield, those of shutdown behind it.`,
        }),
  };
}

/** Undefined where the lifespan stands in another module, or something of it or of a handler cannot be told. */
function editsFor(
  document: PythonDocument,
  handlers: EventHandler[],
  first: EventHandler,
): Edit[] | undefined {
  const lifespan = first.application && lifespanOf(first.application);
  const statement = lifespan?.document.path === document.path ? yieldOf(lifespan.definition) : undefined;
  if (!statement) return undefined;
  const removed = handlers.map((each) => removalOf(document, each));
  const calls = (event: Event) =>
    handlers.filter((each) => each.event === event).map((each) => callOf(document, each));
  const [before, after] = [calls('startup'), calls('shutdown')];
  const topLevel = handlers.every(({ handler }) => isAtTop(document, handler.text));
  if (!topLevel || [...before, ...after, ...removed].some((each) => each === undefined)) return undefined;
  return [
    ...(removed as Edit[]),
    ...(before.length > 0 ? [callBefore(document, statement, before as string[])] : []),
    ...(after.length > 0 ? [callAfter(document, statement, after as string[])] : []),
  ];
}

/** The lifespan sees a name of the module, and not one of a function beside it. */
function isAtTop(document: PythonDocument, name: string): boolean {
  return document.scopes.module.bindings.get(name)?.length === 1;
}

function removalOf(document: PythonDocument, { how, at }: EventHandler): Edit | undefined {
  if (how === 'argument') return undefined;
  return removeLines(document, how === 'call' ? statementOf(at) : at);
}
