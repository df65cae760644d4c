import type { PythonDocument } from '../languages/python/document.ts';
import { children, enclosing, isAsync, type Node, plainString } from '../languages/python/tree.ts';
import type { Edit } from '../types.ts';
import type { Backend } from './backend.ts';
import { referencesAcross } from './references.ts';

/**
 * What has to change so that `await` may stand at a node: nothing in an `async def`, else the function around it and its calls.
 * Undefined where that cannot be done: outside a function, in a method, or where something synchronous calls the function.
 */
export function asyncEdits(document: PythonDocument, backend: Backend, node: Node): Edit[] | undefined {
  const definition = enclosing(node, 'function_definition', 'lambda', 'class_definition');
  if (definition?.type !== 'function_definition') return undefined;
  if (isAsync(definition)) return [];
  const name = definition.childForFieldName('name');
  const binding =
    name && document.scopes.module.bindings.get(name.text)?.find((each) => each.node.id === name.id);
  const decorated = definition.parent?.type === 'decorated_definition' ? definition.parent : undefined;
  if (!binding || (decorated && !isEventHandler(decorated))) return undefined;
  const uses = referencesAcross(backend.documents, document, binding);
  const calls = uses.map((use) => (takesEither(use.node) ? [] : awaited(use.document, use.node)));
  if ((calls.length === 0 && !decorated) || calls.some((edits) => edits === undefined)) return undefined;
  const start = definition.startIndex;
  return [
    { file: document.path, start, end: start, text: 'async ' },
    ...calls.flatMap((edits) => edits ?? []),
  ];
}

/** `@app.on_event("startup")` and nothing else: Starlette awaits the handler where it is a coroutine function. */
function isEventHandler(decorated: Node): boolean {
  const decorators = children(decorated).filter((each) => each.type === 'decorator');
  return decorators.every((each) => {
    const call = each.namedChildren[0];
    const method = call?.childForFieldName('function')?.childForFieldName('attribute')?.text;
    return call?.type === 'call' && method === 'on_event';
  });
}

/** `app.add_event_handler("startup", init_db)` and `on_startup=[init_db]` take both kinds of function. */
function takesEither(node: Node): boolean {
  const list = node.parent?.type === 'list' ? node.parent : undefined;
  const name = list?.parent?.type === 'keyword_argument' && list.parent.childForFieldName('name')?.text;
  if (name) return /^on_(startup|shutdown)$/.test(name);
  const call = node.parent?.type === 'argument_list' ? node.parent.parent : undefined;
  const first = call && children(call.childForFieldName('arguments') ?? call)[0];
  return (
    call?.childForFieldName('function')?.childForFieldName('attribute')?.text === 'add_event_handler' &&
    /^(startup|shutdown)$/.test((first && plainString(first)) ?? '')
  );
}

/** `await ` before a call that stands alone in an async function. */
function awaited(document: PythonDocument, node: Node): Edit[] | undefined {
  const call =
    node.parent?.type === 'call' && node.parent.childForFieldName('function')?.id === node.id
      ? node.parent
      : undefined;
  const definition = call && enclosing(call, 'function_definition', 'lambda');
  if (call?.parent?.type !== 'expression_statement' || !definition || !isAsync(definition)) return undefined;
  return [{ file: document.path, start: call.startIndex, end: call.startIndex, text: 'await ' }];
}
