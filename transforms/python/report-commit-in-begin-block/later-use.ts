import type { Backend } from '../../../src/backend/backend.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { routesOf } from '../../../src/backend/routes.ts';
import { argumentsOf, keywordValue } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { children, descendants, encloses, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { End } from './transform.ts';

/** The statements of a block that may run after a call in it, as far as that is the same function's. */
export function laterIn(call: Node, body: Node): Node[] {
  const found: Node[] = [];
  let at = statementIn(call);
  if (EXITS.test(at.type)) return [];
  for (;;) {
    const { parent } = at;
    if (!parent || !encloses(body, parent)) return found;
    if (parent.type === 'block') {
      const rest = children(parent).filter(({ startIndex }) => startIndex >= at.endIndex);
      const exit = rest.findIndex(({ type }) => EXITS.test(type));
      found.push(...(exit < 0 ? rest : rest.slice(0, exit + 1)));
      if (exit >= 0 || parent.id === body.id) return found;
    }
    found.push(...againOrAfter(parent, at));
    at = parent.parent?.type === 'block' && parent.type === 'case_clause' ? parent.parent : parent;
  }
}

const EXITS = /^(return|raise|break|continue)_statement$/;

function statementIn(node: Node): Node {
  let at = node;
  while (at.parent && at.parent.type !== 'block' && at.parent.type !== 'module') at = at.parent;
  return at;
}

/** What a statement runs once more, or next, when a part of it has ended: the body of a loop, the `else` and `finally` of a `try`. */
function againOrAfter(statement: Node, part: Node): Node[] {
  if (/^(for|while)_statement$/.test(statement.type)) return part.type === 'block' ? children(part) : [];
  if (statement.type !== 'try_statement') return [];
  return children(statement).filter(
    ({ type, startIndex }) =>
      startIndex >= part.endIndex &&
      (type === 'finally_clause' || (type === 'else_clause' && part.type === 'block')),
  );
}

/** True where a name gets another value in some statements. */
export function isBoundIn(document: PythonDocument, name: string, statements: readonly Node[]): boolean {
  return document.bindings.some(
    (binding) => binding.name === name && statements.some((each) => encloses(each, binding.node)),
  );
}

/** Methods that begin a transaction. `flush`, `close`, `rollback` and the like do nothing where there is none. */
const NEEDS_ONE =
  /^(execute|exec|exec_driver_sql|scalar|scalars|stream|stream_scalars|get|get_one|query|add|add_all|merge|refresh|connection|run_sync|begin|begin_nested|bulk_\w+)$/;

/** The first thing in those statements that fails once the transaction has ended. */
export function firstUse(
  document: PythonDocument,
  backend: Backend,
  end: Omit<End, 'use'>,
  later: readonly Node[],
): Node | undefined {
  const expired = expiredBy(document, backend, end, later);
  return later
    .flatMap((each) => ownOf(each, ['call', 'attribute', 'return_statement'], end.call))
    .find(
      (node) =>
        needsOne(node, end) ||
        isHandedOn(document, backend, node, end.name) ||
        reads(document, backend, node, expired),
    );
}

/** Nodes below one that are in the same function as the call. */
function ownOf(node: Node, types: string[], call: Node): Node[] {
  const around = enclosing(call, 'function_definition', 'lambda');
  return descendants(node, types).filter(
    (each) => enclosing(each, 'function_definition', 'lambda')?.id === around?.id,
  );
}

function needsOne(node: Node, { name, isConnection }: Omit<End, 'use'>): boolean {
  const callee = node.type === 'call' ? node.childForFieldName('function') : undefined;
  if (callee?.type !== 'attribute' || callee.childForFieldName('object')?.text !== name) return false;
  const method = callee.childForFieldName('attribute')?.text ?? '';
  return NEEDS_ONE.test(method) || (method === 'commit' && !isConnection);
}

/** `create_user(session, …)`, of a function of the project. */
function isHandedOn(document: PythonDocument, backend: Backend, node: Node, name: string): boolean {
  const callee = node.type === 'call' ? node.childForFieldName('function') : undefined;
  const isPassed = argumentsOf(node).some((each) => (each.childForFieldName('value') ?? each).text === name);
  const kind = callee && isPassed ? kindOf(backend, document, callee) : undefined;
  return kind?.what === 'function' && kind.definition !== undefined;
}

/** Names of objects whose attributes a commit expires: added or refreshed before it, bound to nothing else afterwards. */
function expiredBy(
  document: PythonDocument,
  backend: Backend,
  { call, name, method, block }: Omit<End, 'use'>,
  later: readonly Node[],
): Set<string> {
  if (method !== 'commit' || keepsAttributes(backend)) return new Set();
  const calls = ownOf(block.body, ['call'], call).filter((each) => {
    const callee = each.endIndex <= call.startIndex ? each.childForFieldName('function') : undefined;
    return (
      callee?.childForFieldName('object')?.text === name &&
      /^(add|refresh)$/.test(callee.childForFieldName('attribute')?.text ?? '')
    );
  });
  const names = calls.flatMap((each) => argumentsOf(each).slice(0, 1)).map(({ text }) => text);
  return new Set(names.filter((each) => !isBoundIn(document, each, later)));
}

/** True where some session of the project is told not to expire its objects. */
function keepsAttributes(backend: Backend): boolean {
  return backend.documents.some(({ text }) => text.includes('expire_on_commit'));
}

/** `user.id`, `UserOut.model_validate(user)`, and a route's `return user` where its answer is read off the attributes. */
function reads(
  document: PythonDocument,
  backend: Backend,
  node: Node,
  expired: ReadonlySet<string>,
): boolean {
  const object =
    node.type === 'attribute'
      ? node.childForFieldName('object')
      : node.type === 'call'
        ? validated(node)
        : node.type === 'return_statement' && isAnswered(document, node)
          ? children(node)[0]
          : undefined;
  if (object?.type !== 'identifier' || !expired.has(object.text)) return false;
  return (node.type !== 'attribute' || isColumn(node)) && isModel(document, backend, object);
}

/** What pydantic reads attributes of: the argument of `from_orm` and `model_validate`. */
function validated(call: Node): Node | undefined {
  const method = call.childForFieldName('function')?.childForFieldName('attribute')?.text ?? '';
  return /^(from_orm|model_validate)$/.test(method) ? argumentsOf(call)[0] : undefined;
}

function isModel(document: PythonDocument, backend: Backend, node: Node): boolean {
  return kindOf(backend, document, node)?.what === 'model';
}

/** An attribute that is read, and neither called nor assigned. */
function isColumn(node: Node): boolean {
  const { parent } = node;
  if (node.childForFieldName('attribute')?.text.startsWith('_')) return false;
  if (parent?.type === 'call' && parent.childForFieldName('function')?.id === node.id) return false;
  return !(parent?.type === 'assignment' && parent.childForFieldName('left')?.id === node.id);
}

/** True in a route that says what its answer looks like: FastAPI reads each field of that off what is returned. */
function isAnswered(document: PythonDocument, node: Node): boolean {
  const around = enclosing(node, 'function_definition', 'lambda');
  const route = routesOf(document).find(({ definition }) => definition.id === around?.id);
  const said = route && keywordValue(route.call, 'response_model');
  if (said) return said.type !== 'none';
  return route !== undefined && route.definition.childForFieldName('return_type') !== null;
}
