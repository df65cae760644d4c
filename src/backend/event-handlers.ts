import { argumentsOf, keywordValue, positional } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { decoratorNodes } from '../languages/python/statement-edits.ts';
import { children, descendants, isAsync, type Node, plainString } from '../languages/python/tree.ts';
import { applicationFor, frameworkOf, type Made } from './applications.ts';

export type Event = 'startup' | 'shutdown';

/** A function that an application is told to call when it starts or stops. */
export interface EventHandler {
  event: Event;
  /** The function's name as it stands there, or the definition's own. */
  handler: Node;
  /** The decorator, the call of `add_event_handler`, or the list's element of `on_startup=[…]`. */
  at: Node;
  how: 'decorator' | 'call' | 'argument';
  framework: string;
  /** The call that makes the application; undefined where it comes as a parameter. */
  application?: Made;
}

/** Every handler that a document gives to an application, in the order of the text. */
export function eventHandlers(document: PythonDocument): EventHandler[] {
  if (!/on_event|add_event_handler|on_startup|on_shutdown/.test(document.text)) return [];
  const found = [...decorated(document), ...added(document), ...passed(document)];
  return found.sort((a, b) => a.at.startIndex - b.at.startIndex);
}

/** `@app.on_event("startup")`. */
function decorated(document: PythonDocument): EventHandler[] {
  return descendants(document.root, 'function_definition').flatMap((definition) =>
    decoratorNodes(definition).flatMap((at) => {
      const call = at.namedChildren[0];
      const handler = definition.childForFieldName('name');
      const found = call?.type === 'call' ? eventCall(document, call, 'on_event') : undefined;
      return found && handler ? [{ ...found, handler, at, how: 'decorator' as const }] : [];
    }),
  );
}

/** `app.add_event_handler("startup", connect)`. */
function added(document: PythonDocument): EventHandler[] {
  return document.calls.flatMap((call) => {
    const found = eventCall(document, call, 'add_event_handler');
    const handler = keywordValue(call, 'func') ?? positional(call)[1];
    return found && handler ? [{ ...found, handler, at: call, how: 'call' as const }] : [];
  });
}

/** `FastAPI(on_startup=[connect])`. */
function passed(document: PythonDocument): EventHandler[] {
  const events: [Event, string][] = [
    ['startup', 'on_startup'],
    ['shutdown', 'on_shutdown'],
  ];
  return document.calls.flatMap((call) => {
    const application = events.some(([, name]) => keywordValue(call, name))
      ? applicationFor(document, call)
      : undefined;
    if (!application || application.call.id !== call.id) return [];
    return events.flatMap(([event, name]) => {
      const list = keywordValue(call, name);
      return (list?.type === 'list' ? children(list) : []).map((handler) => ({
        event,
        handler,
        at: handler,
        how: 'argument' as const,
        framework: application.framework,
        application,
      }));
    });
  });
}

/** The event of a call of this method of an application, with the application. */
function eventCall(
  document: PythonDocument,
  call: Node,
  method: string,
): Pick<EventHandler, 'event' | 'framework' | 'application'> | undefined {
  const callee = call.childForFieldName('function');
  const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  if (!object || callee?.childForFieldName('attribute')?.text !== method) return undefined;
  const given = keywordValue(call, 'event_type') ?? argumentsOf(call)[0];
  const event = given && plainString(given);
  const framework = frameworkOf(document, object);
  if (!framework || (event !== 'startup' && event !== 'shutdown')) return undefined;
  const application = applicationFor(document, object);
  return { event, framework, ...(application && { application }) };
}

/** How a lifespan calls a handler: `await connect()`; undefined where it is no function that can be called without arguments. */
export function callOf(document: PythonDocument, { handler }: EventHandler): string | undefined {
  const origin = document.origin(handler);
  if (handler.type !== 'identifier' || origin.kind !== 'local' || origin.binding.kind !== 'function')
    return undefined;
  const definition = origin.binding.statement;
  const parameters = children(definition.childForFieldName('parameters') ?? definition);
  const required = parameters.some(({ type }) => /^(identifier|typed_parameter)$/.test(type));
  return required ? undefined : `${isAsync(definition) ? 'await ' : ''}${handler.text}()`;
}
