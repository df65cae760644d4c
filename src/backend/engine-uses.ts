import type { PythonDocument } from '../languages/python/document.ts';
import { descendants, enclosing, isAsync, type Node, statementOf } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { type Engine, factoryAt, isAsyncSession } from './engines.ts';
import { asyncEdits } from './make-async.ts';
import { isMetadata } from './models.ts';
import { meantName } from './names.ts';
import { referencesAcross } from './references.ts';
import { movedToStart } from './tables-in-lifespan.ts';

/** How one use of an engine treats it. `neither` can be had with both kinds; of `unknown` that cannot be told. */
export interface EngineUse {
  document: PythonDocument;
  node: Node;
  kind: 'async' | 'sync' | 'neither' | 'unknown';
}

/** What is handed an engine and refuses an async one, tried with SQLAlchemy 2.1.9. */
const SYNC_CALLS =
  /^(sqlmodel\.Session|sqlalchemy\.(orm\.(Session|session\.Session)|inspect|inspection\.inspect|event\.\w+|ext\.asyncio\.AsyncEngine)|pandas\.read_sql\w*)$/;
const SYNC_METHODS = /^(execute|scalar|raw_connection|has_table|table_names|begin|connect)$/;
const TELLING = /^(print|debug|info|warning|error|critical|exception|log|str|repr|isinstance|type|id|bool)$/;

/** Every use of an engine that is assigned to a name, or to an attribute of `self` in its class. */
export function usesOfEngine(backend: Backend, engine: Engine): EngineUse[] {
  const { document } = engine;
  const name = enclosing(engine.call, 'assignment')?.childForFieldName('left');
  if (name?.type === 'attribute') return ofAttribute(backend, document, name);
  const binding = name && document.bindings.find((each) => each.node.id === name.id);
  if (!binding) return [];
  const annotated = binding.annotation?.namedChildren[0];
  const declared = annotated && meantName(document, annotated)?.name === 'AsyncEngine';
  const uses = referencesAcross(backend.documents, document, binding).map(({ document: user, node }) => ({
    document: user,
    node,
    kind: kindOf(backend, user, node),
  }));
  return declared ? [{ document, node: annotated, kind: 'async' }, ...uses] : uses;
}

function ofAttribute(backend: Backend, document: PythonDocument, left: Node): EngineUse[] {
  const definition = /^self\.\w+$/.test(left.text) ? enclosing(left, 'class_definition') : undefined;
  const same = definition
    ? descendants(definition, 'attribute').filter(({ text }) => text === left.text)
    : [];
  return same
    .filter((node) => node.id !== left.id)
    .map((node) => ({ document, node, kind: kindOf(backend, document, node) }));
}

function kindOf(backend: Backend, document: PythonDocument, node: Node): EngineUse['kind'] {
  const parent = node.parent;
  if (parent?.type === 'attribute') return methodKind(parent);
  const call =
    parent && /^(argument_list|keyword_argument)$/.test(parent.type) ? enclosing(parent, 'call') : undefined;
  const callee = call?.childForFieldName('function');
  if (!call || !callee) return 'neither';
  const factory = factoryAt(document, call);
  if (factory) {
    if (factory.writtenAsync || (factory.sessionClass && isAsyncSession(document, factory.sessionClass)))
      return 'async';
    return 'sync';
  }
  if (isAsyncSession(document, callee)) return 'async';
  return calledKind(backend, document, call, callee);
}

function calledKind(backend: Backend, document: PythonDocument, call: Node, callee: Node): EngineUse['kind'] {
  const last = callee.childForFieldName('attribute')?.text ?? callee.text;
  const object = callee.childForFieldName('object');
  if (object && isMetadata(document, object)) {
    const movable =
      asyncEdits(document, backend, call) ?? movedToStart(document, backend, statementOf(call), call.text);
    return movable ? 'neither' : 'sync';
  }
  if (last === 'to_sql') return 'sync';
  const named = callee.type === 'identifier' || callee.type === 'attribute';
  if (SYNC_CALLS.test((named && document.externalName(callee)) || '')) return 'sync';
  return TELLING.test(last) ? 'neither' : 'unknown';
}

/** `async with engine.begin()`, `with engine.connect()`, `await engine.dispose()`, `engine.sync_engine`. */
function methodKind(attribute: Node): EngineUse['kind'] {
  const call = attribute.parent?.type === 'call' ? attribute.parent : undefined;
  const name = attribute.childForFieldName('attribute')?.text ?? '';
  if (name === 'sync_engine') return 'async';
  if (!call) return 'neither';
  if (call.parent?.type === 'await') return 'async';
  if (!SYNC_METHODS.test(name)) return 'neither';
  const item = enclosing(call, 'with_item');
  const statement = item && enclosing(item, 'with_statement');
  if (!statement) return 'sync';
  return isAsync(statement) ? 'async' : 'sync';
}
