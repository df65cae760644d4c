import { lifespanOf } from '../../../src/backend/applications.ts';
import { callOf, type Event, type EventHandler, eventHandlers } from '../../../src/backend/event-handlers.ts';
import { callAfter, callBefore, yieldOf } from '../../../src/backend/lifespan.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { keywordValue } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { indentAt } from '../../../src/languages/python/layout.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import {
  decoratorNodes,
  removeLines,
  wholeDefinition,
} from '../../../src/languages/python/statement-edits.ts';
import {
  descendants,
  encloses,
  enclosing,
  type Node,
  statementOf,
} from '../../../src/languages/python/tree.ts';
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
  const definition = lifespan?.definition ?? statement;
  const removed = handlers.map((each) =>
    isSeen(document, each, definition) ? removalOf(document, each) : movedAbove(document, each, definition),
  );
  const calls = (event: Event) =>
    handlers.filter((each) => each.event === event).map((each) => callOf(document, each));
  const [before, after] = [calls('startup'), calls('shutdown')];
  if ([...before, ...after, ...removed].some((each) => each === undefined)) return undefined;
  return [
    ...(removed as Edit[][]).flat(),
    ...(before.length > 0 ? [callBefore(document, statement, before as string[])] : []),
    ...(after.length > 0 ? [callAfter(document, statement, after as string[])] : []),
  ];
}

/** The lifespan sees a name of the module, and one of the function that it stands in itself. */
function isSeen(document: PythonDocument, { handler }: EventHandler, lifespan: Node): boolean {
  const [only, ...others] = scopeAt(document, handler).find(handler.text) ?? [];
  if (!only || others.length > 0) return false;
  return only.scope.kind === 'module' || encloses(only.scope.node, lifespan);
}

function removalOf(document: PythonDocument, { how, at }: EventHandler): Edit[] | undefined {
  if (how === 'argument') return undefined;
  const edit = removeLines(document, how === 'call' ? statementOf(at) : at);
  return edit && [edit];
}

/** A handler inside of the function that makes the application, moved out to the lifespan; undefined where it needs what is in there. */
function movedAbove(document: PythonDocument, each: EventHandler, lifespan: Node): Edit[] | undefined {
  const definition = each.how === 'decorator' ? enclosing(each.handler, 'function_definition') : undefined;
  const place = wholeDefinition(lifespan);
  const isFree = !document.scopes.module.bindings.has(each.handler.text);
  if (!definition || place.parent?.type !== 'module' || !isFree) return undefined;
  if (decoratorNodes(definition).length !== 1 || !standsAlone(document, definition)) return undefined;
  const old = removeLines(document, wholeDefinition(definition));
  if (!old) return undefined;
  const { text, path } = document;
  const eol = lineEnding(text);
  const indent = indentAt(text, definition.startIndex);
  const lines = text.slice(definition.startIndex, definition.endIndex).split(eol);
  const moved = lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join(eol);
  const blank = /^(?:[ \t]*\r?\n)*/.exec(text.slice(old.end))?.[0].length ?? 0;
  const start = place.startIndex;
  return [
    { ...old, end: old.end + blank },
    { file: path, start, end: start, text: `${moved}${eol}${eol}${eol}` },
  ];
}

/** True where a function uses nothing but its own names and those of the module, and no line of it is part of a text. */
function standsAlone(document: PythonDocument, definition: Node): boolean {
  if (descendants(definition, ['string', 'nonlocal_statement']).some(({ text }) => /\n|^nonlocal/.test(text)))
    return false;
  const inside = document.scopes.references.filter(({ node }) => encloses(definition, node));
  return inside.every(({ name, scope }) =>
    (scope.find(name) ?? []).every(
      (binding) => binding.scope.kind === 'module' || encloses(definition, binding.scope.node),
    ),
  );
}
