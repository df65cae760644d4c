import type { Backend } from '../../../src/backend/backend.ts';
import { dependencyOf } from '../../../src/backend/kinds/annotations.ts';
import { callerArguments } from '../../../src/backend/kinds/callers.ts';
import { kindOf, receiverOf } from '../../../src/backend/kinds.ts';
import { routesOf } from '../../../src/backend/routes.ts';
import { typeAt, typingName } from '../../../src/languages/python/annotations.ts';
import { argumentsOf, keywordValue } from '../../../src/languages/python/arguments.ts';
import { whereabouts } from '../../../src/languages/python/awaits.ts';
import { parametersOf, yieldsOf } from '../../../src/languages/python/calls.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { children, descendants, encloses, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Leave the commit to the block that began',
  why: 'A block of begin() commits at its end. After a commit inside it nothing more can be done with its session: InvalidRequestError.',
  safety: 'report',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/session_transaction.html#framing-out-a-begin-commit-rollback-block',
  fixes: [/Can't operate on closed transaction inside context manager/],
  literals: ['commit', 'rollback'],
  detect(document, backend) {
    const ends = ['commit', 'rollback'].flatMap((name) => document.attributesNamed(name));
    const calls = ends.flatMap(({ parent }) => (parent?.type === 'call' ? [parent] : []));
    const seen = new Set<string>();
    return calls
      .sort((a, b) => a.startIndex - b.startIndex)
      .flatMap((call) => endAt(document, backend, call) ?? [])
      .filter(({ name, block }) => {
        const key = `${name} ${block.body.id}`;
        return !seen.has(key) && seen.add(key);
      })
      .map((end) => draft(document, end));
  },
} satisfies Transform<'python'>;

/** Code that runs within `with …begin()`. */
interface Block {
  body: Node;
  /** What began it: `session.begin()`. */
  opener: string;
  /** The function that opens it, where that is another one. */
  opensIn?: string;
}

/** A commit or rollback inside such a block, and the first thing that fails after it. */
interface End {
  call: Node;
  /** The session or connection. */
  name: string;
  method: string;
  block: Block;
  use: Node;
  isConnection: boolean;
}

function draft(document: PythonDocument, { call, name, method, block, use, isConnection }: End): Draft {
  const where = block.opensIn ? `${block.opener} of ${block.opensIn}` : block.opener;
  const line = use.startPosition.row + 1;
  return {
    subject: `${name}.${method}() in ${whereabouts(call)}`,
    at: document.place(call),
    message: `${name}.${method}() ends the transaction of ${where} before its block has ended: ${shown(use)} (line ${line}) raises InvalidRequestError.`,
    next: nextStep(method, block, isConnection),
  };
}

function nextStep(method: string, block: Block, isConnection: boolean): string {
  const instead =
    method === 'rollback'
      ? 'Take the rollback out: the block rolls back when an exception leaves it.'
      : 'Take the commit out: the block commits at its end.';
  const flush = method === 'commit' && !isConnection ? ' use flush() to get keys, or' : '';
  const change = block.opensIn ? ` take .begin() out of ${block.opensIn}.` : ' open it without begin().';
  return `${instead} Or${flush}${change}`;
}

/** A use as a message names it: a call without its arguments. */
function shown(use: Node): string {
  const callee = use.type === 'call' ? use.childForFieldName('function') : undefined;
  return callee ? `${callee.text}()` : use.text;
}

/** The commit or rollback that a call is, where something of the same block still needs the transaction. */
function endAt(document: PythonDocument, backend: Backend, call: Node): End | undefined {
  const receiver = receiverOf(backend, document, call);
  if (!receiver || !/^(async-)?(session|connection)$/.test(receiver.kind.what)) return undefined;
  const block = blockOf(document, backend, receiver.node);
  if (!block) return undefined;
  const { method } = receiver;
  const isConnection = /connection$/.test(receiver.kind.what);
  const name = receiver.node.text;
  const later = laterIn(call, block.body);
  if (isBoundIn(document, name, later)) return undefined;
  const end = { call, name, method, block, isConnection };
  const use = firstUse(document, backend, end, later);
  return use && { ...end, use };
}

/** The block of `begin()` that a session is used in: around it, in its dependency, or in all who call the function. */
function blockOf(document: PythonDocument, backend: Backend, session: Node, hops = 0): Block | undefined {
  const around = withAround(document, backend, session);
  if (around) return around === 'other' ? undefined : around;
  const origin = document.origin(session);
  const definition = enclosing(session, 'function_definition', 'lambda');
  if (origin.kind !== 'local' || origin.binding.kind !== 'parameter') return undefined;
  const body = definition?.type === 'function_definition' ? definition.childForFieldName('body') : undefined;
  const parameter = definition && parametersOf(definition).find(({ name }) => name === session.text);
  if (!definition || !body || !parameter) return undefined;
  const given = injected(document, parameter.default, parameter.annotation);
  if (given) return yieldedIn(backend, given, body);
  return hops < MOST_HOPS ? passedIn(document, backend, definition, session.text, body, hops) : undefined;
}

const MOST_HOPS = 3;

/** The block of a function that gets its session from blocks alone. */
function passedIn(
  document: PythonDocument,
  backend: Backend,
  definition: Node,
  name: string,
  body: Node,
  hops: number,
): Block | undefined {
  let first: Block | undefined;
  for (const each of callerArguments(backend.kinds, document, definition, name)) {
    const block = each && blockOf(each.document, backend, each.node, hops + 1);
    if (!block) return undefined;
    first ??= { ...block, body, opensIn: block.opensIn ?? whereabouts(each.node) };
  }
  return first;
}

/** The nearest `with` of the same function that opens a session of this name or begins its transaction; `other` for one that only does the first. */
function withAround(document: PythonDocument, backend: Backend, session: Node): Block | 'other' | undefined {
  for (let at = session.parent; at; at = at.parent) {
    if (/^(function_definition|lambda|class_definition)$/.test(at.type)) return undefined;
    const body = at.type === 'with_statement' ? at.childForFieldName('body') : undefined;
    if (!body || !encloses(body, session)) continue;
    const found = openedBy(document, backend, at, session.text);
    if (found) return found === 'other' ? 'other' : { body, opener: found };
  }
  return undefined;
}

/** What begins the transaction of a name in the head of a `with`: `session.begin()`. */
function openedBy(
  document: PythonDocument,
  backend: Backend,
  statement: Node,
  name: string,
): string | undefined {
  const clause = children(statement).find(({ type }) => type === 'with_clause');
  const items = clause ? children(clause).filter(({ type }) => type === 'with_item') : [];
  let isOpened = false;
  for (const item of items) {
    const [value, target] = partsOf(item);
    const receiver = value && receiverOf(backend, document, value);
    const owner = receiver && ownerOf(receiver.kind.what, receiver.node.text, target);
    if (value && owner === name && receiver?.method === 'begin') return value.text;
    if (target === name || (owner === name && receiver?.method === 'begin_nested')) isOpened = true;
  }
  return isOpened ? 'other' : undefined;
}

/** The value of an item of `with`, and the name that it is bound to. */
function partsOf(item: Node): [Node | undefined, string | undefined] {
  const [inner] = children(item);
  if (inner?.type !== 'as_pattern') return [inner, undefined];
  const [value, target] = children(inner);
  return [value, target?.text];
}

/** Whose transaction `receiver.begin()` begins: that of the session, or that of what a factory or an engine gives. */
function ownerOf(what: string, receiver: string, target: string | undefined): string | undefined {
  if (/^(async-)?(session|connection)$/.test(what)) return receiver;
  return /^(async-)?(session-factory|engine)$/.test(what) ? target : undefined;
}

/** What a parameter's default, or its `Annotated`, depends on. */
function injected(
  document: PythonDocument,
  value: Node | undefined,
  annotation: Node | undefined,
): { document: PythonDocument; node: Node } | undefined {
  const own = value && dependencyOf(document, value);
  if (own) return { document, node: own };
  const type = annotation && typeAt(document, annotation);
  if (type?.form !== 'applied' || typingName(type.base) !== 'Annotated') return undefined;
  for (const each of type.args) {
    const node = each.form === 'value' ? dependencyOf(each.document, each.node) : undefined;
    if (node && each.form === 'value') return { document: each.document, node };
  }
  return undefined;
}

/** The block that a dependency keeps open around whoever depends on it: all its yields are in one. */
function yieldedIn(
  backend: Backend,
  given: { document: PythonDocument; node: Node },
  body: Node,
): Block | undefined {
  const { document, definition } = kindOf(backend, given.document, given.node) ?? {};
  if (!document || definition?.type !== 'function_definition') return undefined;
  const blocks = yieldsOf(definition).map((each) => {
    const [value] = children(each);
    return value && withAround(document, backend, value);
  });
  const [first] = blocks;
  if (!first || first === 'other' || blocks.some((each) => !each || each === 'other')) return undefined;
  const opensIn = definition.childForFieldName('name')?.text;
  return { body, opener: first.opener, ...(opensIn && { opensIn }) };
}

/** The statements of a block that may run after a call in it, as far as that is the same function's. */
function laterIn(call: Node, body: Node): Node[] {
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
function isBoundIn(document: PythonDocument, name: string, statements: readonly Node[]): boolean {
  return document.bindings.some(
    (binding) => binding.name === name && statements.some((each) => encloses(each, binding.node)),
  );
}

/** Methods that begin a transaction. `flush`, `close`, `rollback` and the like do nothing where there is none. */
const NEEDS_ONE =
  /^(execute|exec|exec_driver_sql|scalar|scalars|stream|stream_scalars|get|get_one|query|add|add_all|merge|refresh|connection|run_sync|begin|begin_nested|bulk_\w+)$/;

function firstUse(
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

/** `user.id`, and a route's `return user` where its answer is read off the attributes. */
function reads(
  document: PythonDocument,
  backend: Backend,
  node: Node,
  expired: ReadonlySet<string>,
): boolean {
  const object =
    node.type === 'attribute'
      ? node.childForFieldName('object')
      : node.type === 'return_statement' && isAnswered(document, node)
        ? children(node)[0]
        : undefined;
  if (object?.type !== 'identifier' || !expired.has(object.text)) return false;
  return (node.type === 'return_statement' || isColumn(node)) && isModel(document, backend, object);
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
