import type { PythonDocument } from '../languages/python/document.ts';
import { children, descendants, enclosing, isAsync, type Node } from '../languages/python/tree.ts';
import { factoryOf, isAsyncSession } from './engines.ts';

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

/** True where a document calls `.exec(…)` on anything that may be a session. SQLAlchemy's own sessions have no `exec`. */
export function usesExec(document: PythonDocument): boolean {
  if (!document.text.includes('.exec(')) return false;
  return document.calls.some((call) => {
    const callee = call.childForFieldName('function');
    return (
      callee?.type === 'attribute' &&
      callee.childForFieldName('attribute')?.text === 'exec' &&
      children(callee).length > 0
    );
  });
}
