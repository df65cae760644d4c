import { argumentFor, bindingOf, type Parameter, parametersOf } from '../../languages/python/calls.ts';
import {
  classAround,
  classOf,
  isSameClass,
  lineageOf,
  methodAround,
  methodsOf,
  type PythonClass,
  receiverName,
} from '../../languages/python/classes.ts';
import type { PythonDocument } from '../../languages/python/document.ts';
import { enclosing, type Node } from '../../languages/python/tree.ts';
import { referencesAcross } from '../references.ts';
import { transparent } from './functions.ts';
import { type Kind, NONE } from './kind.ts';
import type { Kinds } from './kinds.ts';

const MOST_CALLERS = 200;
const MOST_DOCUMENTS = 400;
const MOST_SUBCLASSES = 5;

/** The parameter that is asked for, whether the receiver takes the first place, and how what is passed is read. */
interface Asked<T> {
  kinds: Kinds;
  parameters: readonly Parameter[];
  name: string;
  bound: boolean;
  argument(document: PythonDocument, node: Node): T | undefined;
  /** What a caller passes who leaves it to the default. */
  byDefault(): T | undefined;
  /** What a function gets that is not called here, but handed on. */
  handedOn(document: PythonDocument, node: Node): T | undefined;
}

/** What is passed, caller by caller: one unknown settles the matter, so that the callers behind it need not be looked at. */
type Passed<T> = Iterable<T | undefined>;

/**
 * What each caller passes for a parameter. There is an unknown among them where one cannot be read, or where the function is
 * handed on to who knows whom. Tests do not count: they pass what only looks like a session.
 */
export function callerKinds(
  kinds: Kinds,
  document: PythonDocument,
  definition: Node,
  name: string,
): Passed<Kind> {
  const isFirst = parametersOf(definition)[0]?.name === name;
  return callers(kinds, document, definition, name, {
    argument: (where, node) => kinds.of(where, node),
    byDefault: () => NONE,
    handedOn: (where, node) => (isFirst ? handedToRunSync(kinds, where, node) : undefined),
  });
}

/** The same as expressions: the arguments themselves, and the parameter's default where a caller leaves it out. */
export function callerArguments(
  kinds: Kinds,
  document: PythonDocument,
  definition: Node,
  name: string,
): Passed<{ document: PythonDocument; node: Node }> {
  const fallback = parametersOf(definition).find((each) => each.name === name)?.default;
  return callers(kinds, document, definition, name, {
    argument: (where, node) => ({ document: where, node }),
    byDefault: () => fallback && { document, node: fallback },
    handedOn: () => undefined,
  });
}

function callers<T>(
  kinds: Kinds,
  document: PythonDocument,
  definition: Node,
  name: string,
  reading: Pick<Asked<T>, 'argument' | 'byDefault' | 'handedOn'>,
): Passed<T> {
  if (definition.type !== 'function_definition' || !transparent(document, definition)) return [];
  const owner = classAround(definition);
  const asked: Asked<T> = {
    ...reading,
    kinds,
    parameters: parametersOf(definition),
    name,
    bound: owner !== undefined && receiverName(definition) !== undefined,
  };
  if (!owner) return functionCallers(asked, document, definition);
  const one = classOf(document, owner);
  if (definition.childForFieldName('name')?.text === '__init__') return constructorCallers(asked, one, 0);
  return methodCallers(asked, one, definition.childForFieldName('name')?.text ?? '');
}

function* functionCallers<T>(asked: Asked<T>, document: PythonDocument, definition: Node): Passed<T> {
  const binding = bindingOf(document, definition);
  if (!binding) return;
  const uses = referencesAcross(asked.kinds.backend.sources, document, binding);
  if (uses.length > MOST_CALLERS) yield undefined;
  else for (const use of uses) yield* passedAt(asked, use.document, use.node);
}

function* passedAt<T>(asked: Asked<T>, document: PythonDocument, node: Node): Passed<T> {
  if (enclosing(node, 'type')) return;
  const call = callOf(node);
  yield call ? argumentAt(asked, document, call) : asked.handedOn(document, node);
}

function callOf(callee: Node): Node | undefined {
  const { parent } = callee;
  return parent?.type === 'call' && parent.childForFieldName('function')?.id === callee.id
    ? parent
    : undefined;
}

function argumentAt<T>(asked: Asked<T>, document: PythonDocument, call: Node): T | undefined {
  const argument = argumentFor(call, asked.parameters, asked.name, asked.bound);
  if (argument === 'default') return asked.byDefault();
  return argument && asked.argument(document, argument);
}

/** `await session.run_sync(f)` calls f with the synchronous session. */
function handedToRunSync(kinds: Kinds, document: PythonDocument, node: Node): Kind | undefined {
  const call = node.parent?.type === 'argument_list' ? node.parent.parent : undefined;
  const callee = call?.type === 'call' ? call.childForFieldName('function') : undefined;
  if (callee?.childForFieldName('attribute')?.text !== 'run_sync') return undefined;
  const object = callee.childForFieldName('object');
  const receiver = object ? kinds.of(document, object) : undefined;
  if (receiver?.what === 'async-session') return { what: 'session' };
  return receiver?.what === 'async-connection' ? { what: 'connection' } : undefined;
}

/** Who makes instances: calls of the class, of its subclasses, and `super().__init__(…)` in those that have an `__init__` of their own. */
function* constructorCallers<T>(asked: Asked<T>, one: PythonClass, depth: number): Passed<T> {
  const binding = bindingOf(one.document, one.definition);
  if (!binding || depth > MOST_SUBCLASSES) return yield undefined;
  const uses = referencesAcross(asked.kinds.backend.sources, one.document, binding);
  if (uses.length > MOST_CALLERS) return yield undefined;
  for (const { document, node } of uses) {
    const below = subclassAt(document, node);
    const isPlain = node.parent?.type === 'attribute' || callOf(node) === undefined;
    if (below) yield* subclassCallers(asked, below, depth + 1);
    else if (!isPlain || !isOnlyNamed(node)) yield* passedAt(asked, document, node);
  }
}

/** The class that has this expression among its bases. */
function subclassAt(document: PythonDocument, node: Node): PythonClass | undefined {
  const base = node.parent?.type === 'subscript' ? node.parent : node;
  const list = base.parent?.type === 'argument_list' ? base.parent : undefined;
  return list?.parent?.type === 'class_definition' ? classOf(document, list.parent) : undefined;
}

/** `isinstance(x, Repo)`, `except Repo`, `Repo.method`: nothing is made there. */
function isOnlyNamed(node: Node): boolean {
  if (node.parent?.type === 'attribute') return node.parent.childForFieldName('object')?.id === node.id;
  const call = node.parent?.type === 'argument_list' ? node.parent.parent : undefined;
  return /^(isinstance|issubclass)$/.test(call?.childForFieldName('function')?.text ?? '');
}

function* subclassCallers<T>(asked: Asked<T>, below: PythonClass, depth: number): Passed<T> {
  const own = methodsOf(below.definition).find(
    (method) => method.childForFieldName('name')?.text === '__init__',
  );
  if (!own) return yield* constructorCallers(asked, below, depth);
  const calls = below.document.calls.filter((call) => {
    const callee = call.childForFieldName('function');
    return (
      callee?.type === 'attribute' &&
      callee.text.replace(/\s/g, '') === 'super().__init__' &&
      methodAround(below.document, call)?.method.id === own.id
    );
  });
  if (calls.length === 0) yield undefined;
  for (const call of calls) yield argumentAt(asked, below.document, call);
}

/** Every `receiver.name(…)` whose receiver may be an instance of the class; one that is surely something else does not count. */
function* methodCallers<T>(asked: Asked<T>, one: PythonClass, method: string): Passed<T> {
  const documents = withAttribute(asked.kinds.backend.sources, method);
  if (documents.length > MOST_DOCUMENTS || /^__\w+__$/.test(method)) return yield undefined;
  const uses = documents.flatMap((document) =>
    document.attributesNamed(method).map((node) => ({ document, node })),
  );
  if (uses.length > MOST_CALLERS) return yield undefined;
  for (const { document, node } of uses) {
    const object = node.childForFieldName('object');
    const receiver = object ? asked.kinds.of(document, object) : undefined;
    if (receiver && !mayBe(receiver, one)) continue;
    const bound = asked.bound && receiver?.what !== 'class' && receiver?.what !== 'model-class';
    yield* passedAt({ ...asked, bound }, document, node);
  }
}

/** `receiver.name`, with what Python lets stand between. */
const ATTRIBUTE = /\.(?:[\s\\]|#[^\n]*\n)*([\p{L}_][\p{L}\p{N}_]*)/gu;

const byAttribute = new WeakMap<readonly PythonDocument[], Map<string, PythonDocument[]>>();

/** The documents that have a name behind a dot; told from their texts, which are gone through once for all names. */
function withAttribute(documents: readonly PythonDocument[], name: string): readonly PythonDocument[] {
  const known = byAttribute.get(documents) ?? attributeNames(documents);
  byAttribute.set(documents, known);
  return known.get(name) ?? [];
}

function attributeNames(documents: readonly PythonDocument[]): Map<string, PythonDocument[]> {
  const found = new Map<string, PythonDocument[]>();
  for (const document of documents) {
    for (const name of new Set([...document.text.matchAll(ATTRIBUTE)].map((match) => match[1] ?? ''))) {
      const others = found.get(name);
      if (others) others.push(document);
      else found.set(name, [document]);
    }
  }
  return found;
}

function mayBe(receiver: Kind, one: PythonClass): boolean {
  if (receiver.what === 'pending') return true;
  const { class: other } = receiver;
  if (!other) return false;
  const isBelow = (a: PythonClass, b: PythonClass) =>
    lineageOf(a).classes.some((each) => isSameClass(each, b));
  return isBelow(other, one) || isBelow(one, other);
}
