import type { Backend } from '../../../src/backend/backend.ts';
import { dependencyOf } from '../../../src/backend/kinds/annotations.ts';
import { callerArguments } from '../../../src/backend/kinds/callers.ts';
import { kindOf, receiverOf } from '../../../src/backend/kinds.ts';
import { typeAt, typingName } from '../../../src/languages/python/annotations.ts';
import { whereabouts } from '../../../src/languages/python/awaits.ts';
import { parametersOf, yieldsOf } from '../../../src/languages/python/calls.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { children, encloses, enclosing, type Node } from '../../../src/languages/python/tree.ts';

/** Code that runs within `with …begin()`. */
export interface Block {
  body: Node;
  /** What began it: `session.begin()`. */
  opener: string;
  /** The function that opens it, where that is another one. */
  opensIn?: string;
}

/** The block of `begin()` that a session is used in: around it, in its dependency, or in all who call the function. */
export function blockOf(
  document: PythonDocument,
  backend: Backend,
  session: Node,
  hops = 0,
): Block | undefined {
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
