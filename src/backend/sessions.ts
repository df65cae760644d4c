import { membersOf } from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { descendants, enclosing, isAsync, type Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { factoryOf, isAsyncSession, methodCalls } from './engines.ts';
import { type Kind, kindOf } from './kinds.ts';

const SYNC_SESSIONS = new Set([
  'sqlalchemy.orm.Session',
  'sqlmodel.Session',
  'sqlalchemy.orm.session.Session',
  'sqlmodel.orm.session.Session',
]);

/** A function that yields or returns a session: what FastAPI's `Depends` is given. */
export interface SessionFunction {
  document: PythonDocument;
  definition: Node;
  name: string;
  /** `async def`. */
  async: boolean;
}

/** Functions at the top of a module that open a session and yield it. */
export function sessionFunctionsOf(document: PythonDocument): SessionFunction[] {
  if (!document.text.includes('yield')) return [];
  return document.topBindings.flatMap((binding) => {
    const definition = binding.statement;
    if (binding.kind !== 'function' || !yields(definition)) return [];
    if (!opensSession(document, definition)) return [];
    return [{ document, definition, name: binding.name, async: isAsync(definition) }];
  });
}

export function yields(definition: Node): boolean {
  return descendants(definition, 'yield').some(
    (node) => enclosing(node, 'function_definition', 'lambda')?.id === definition.id,
  );
}

function opensSession(document: PythonDocument, definition: Node): boolean {
  return descendants(definition, 'call').some((call) => isSessionCall(document, call));
}

/** `factory()`, `factory.begin()`, `Session(engine)`, `AsyncSession(engine)`. */
function isSessionCall(document: PythonDocument, call: Node): boolean {
  const callee = call.childForFieldName('function');
  if (!callee) return false;
  if (factoryOf(document, callee)) return true;
  if (callee.type === 'attribute' && callee.childForFieldName('attribute')?.text === 'begin') {
    const object = callee.childForFieldName('object');
    return object !== null && factoryOf(document, object) !== undefined;
  }
  if (callee.type !== 'identifier' && callee.type !== 'attribute') return false;
  const external = document.externalName(callee);
  return isAsyncSession(document, callee) || (external !== undefined && SYNC_SESSIONS.has(external));
}

/** True for SQLAlchemy's and SQLModel's synchronous Session class. */
export function isSyncSession(document: PythonDocument, node: Node): boolean {
  return /^(identifier|attribute)$/.test(node.type) && SYNC_SESSIONS.has(document.externalName(node) ?? '');
}

/** The calls of `exec` on what is a session, or may be one as far as is known. SQLAlchemy's own sessions have no `exec`. */
export function execCalls(document: PythonDocument, backend: Backend): { call: Node; receiver: Node }[] {
  if (!document.text.includes('.exec(')) return [];
  return methodCalls(document, 'exec').filter(({ receiver }) =>
    mayBeSession(kindOf(backend, document, receiver)),
  );
}

/** Not a client of something else, nor an object of a class of the project that has an `exec` of its own. */
function mayBeSession(kind: Kind | undefined): boolean {
  if (!kind) return true;
  if (kind.what === 'instance') return !kind.class || membersOf(kind.class, 'exec').length === 0;
  return kind.what === 'session' || kind.what === 'async-session';
}
