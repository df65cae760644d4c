import type { PythonDocument } from '../languages/python/document.ts';
import { enclosing, type Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { type Engine, factoryAt, isAsyncSession } from './engines.ts';
import { meantName } from './names.ts';
import { referencesAcross } from './references.ts';

/** How one use of an engine treats it. `neither` can be had with both kinds. */
export interface EngineUse {
  document: PythonDocument;
  node: Node;
  kind: 'async' | 'sync' | 'neither';
}

/** Every use of an engine that is assigned to a name. */
export function usesOfEngine(backend: Backend, engine: Engine): EngineUse[] {
  const name = enclosing(engine.call, 'assignment')?.childForFieldName('left');
  const binding =
    name && engine.document.scopes.module.bindings.get(name.text)?.find((each) => each.node.id === name.id);
  if (!binding) return [];
  const annotated = binding.annotation?.namedChildren[0];
  const declared = annotated && meantName(engine.document, annotated)?.name === 'AsyncEngine';
  const uses = referencesAcross(backend.documents, engine.document, binding).map(({ document, node }) => ({
    document,
    node,
    kind: kindOf(document, node),
  }));
  return declared ? [{ document: engine.document, node: annotated, kind: 'async' }, ...uses] : uses;
}

function kindOf(document: PythonDocument, node: Node): EngineUse['kind'] {
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
  const external =
    callee.type === 'identifier' || callee.type === 'attribute' ? document.externalName(callee) : undefined;
  return external && /^(sqlmodel|sqlalchemy\.orm)\.Session$/.test(external) ? 'sync' : 'neither';
}

/** `async with engine.begin()`, `with engine.connect()`, `await engine.dispose()`. */
function methodKind(attribute: Node): EngineUse['kind'] {
  const call = attribute.parent?.type === 'call' ? attribute.parent : undefined;
  const name = attribute.childForFieldName('attribute')?.text;
  if (!call) return 'neither';
  if (call.parent?.type === 'await') return 'async';
  if (name !== 'begin' && name !== 'connect') return 'neither';
  const item = enclosing(call, 'with_item');
  const statement = item && enclosing(item, 'with_statement');
  if (!statement) return 'sync';
  return statement.children[0]?.type === 'async' ? 'async' : 'sync';
}
