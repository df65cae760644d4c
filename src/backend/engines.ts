import { argumentsOf, keywordValue, positional } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { descendants, enclosing, isAsync, type Node } from '../languages/python/tree.ts';
import { type DatabaseName, type MeantName, meantName } from './names.ts';
import { valueFor } from './values.ts';

/** A call that makes an engine. */
export interface Engine {
  document: PythonDocument;
  call: Node;
  callee: Node;
  meant: MeantName;
  async: boolean;
  /** `AsyncEngine(create_engine(…))`: the call of AsyncEngine around it. */
  wrapper?: Node;
  /** The expression that gives the URL; undefined for `engine_from_config`. */
  url?: Node;
}

/** A call that makes a session factory. */
export interface SessionFactory {
  document: PythonDocument;
  call: Node;
  callee: Node;
  meant: MeantName;
  /** What it was written as: `sessionmaker` is sync, `async_sessionmaker` async. */
  writtenAsync: boolean;
  /** What it must be, from its engine and its class; undefined where neither tells. */
  meantAsync?: boolean;
  engine?: Engine;
  /** The value of `class_`. */
  sessionClass?: Node;
}

const ENGINE_CALLS: readonly DatabaseName[] = [
  'create_engine',
  'create_async_engine',
  'engine_from_config',
  'async_engine_from_config',
];
const FACTORY_CALLS: readonly DatabaseName[] = ['sessionmaker', 'async_sessionmaker'];

/** True where two looks found the same call. */
export function isSameEngine(a: Engine, b: Engine): boolean {
  return a.call.id === b.call.id && a.document.path === b.document.path;
}

export function enginesOf(document: PythonDocument): Engine[] {
  return document.calls.flatMap((call) => engineAt(document, call) ?? []);
}

export function factoriesOf(document: PythonDocument): SessionFactory[] {
  return document.calls.flatMap((call) => factoryAt(document, call) ?? []);
}

/** The engine that a call makes, if it makes one. */
export function engineAt(document: PythonDocument, call: Node): Engine | undefined {
  const callee = call.childForFieldName('function');
  const meant = callee ? meantName(document, callee) : undefined;
  if (!callee || !meant || !ENGINE_CALLS.includes(meant.name)) return undefined;
  const wrapper = wrapperOf(document, call);
  const url = meant.name.endsWith('engine') ? (keywordValue(call, 'url') ?? positional(call)[0]) : undefined;
  return {
    document,
    call,
    callee,
    meant,
    async: meant.name.includes('async') || wrapper !== undefined,
    ...(wrapper && { wrapper }),
    ...(url && { url }),
  };
}

function wrapperOf(document: PythonDocument, call: Node): Node | undefined {
  const outer = call.parent?.type === 'argument_list' ? call.parent.parent : undefined;
  const callee = outer?.type === 'call' ? outer.childForFieldName('function') : undefined;
  return outer && callee && meantName(document, callee)?.name === 'AsyncEngine' ? outer : undefined;
}

export function factoryAt(document: PythonDocument, call: Node): SessionFactory | undefined {
  const callee = call.childForFieldName('function');
  const meant = callee ? meantName(document, callee) : undefined;
  if (!callee || !meant || !FACTORY_CALLS.includes(meant.name)) return undefined;
  const engineNode = keywordValue(call, 'bind') ?? positional(call)[0];
  const engine = engineNode ? engineOf(document, engineNode) : undefined;
  const sessionClass = keywordValue(call, 'class_') ?? positional(call)[1];
  const meantAsync = meansAsync(document, engine, sessionClass);
  return {
    document,
    call,
    callee,
    meant,
    writtenAsync: meant.name === 'async_sessionmaker',
    ...(meantAsync !== undefined && { meantAsync }),
    ...(engine && { engine }),
    ...(sessionClass && { sessionClass }),
  };
}

function meansAsync(document: PythonDocument, engine?: Engine, sessionClass?: Node): boolean | undefined {
  if (sessionClass && isAsyncSession(document, sessionClass)) return true;
  return engine?.async;
}

/** True for SQLAlchemy's and SQLModel's AsyncSession, and for a class of the project that inherits from one. */
export function isAsyncSession(document: PythonDocument, node: Node): boolean {
  if (meantName(document, node)?.name === 'AsyncSession') return true;
  const origin = document.origin(node);
  if (origin.kind !== 'local' || origin.binding.kind !== 'class') return false;
  const bases = origin.binding.statement.childForFieldName('superclasses');
  return (bases?.namedChildren ?? []).some((base) => base !== null && isAsyncSession(origin.document, base));
}

/** The engine that an expression stands for, followed through names and modules. */
export function engineOf(document: PythonDocument, node: Node): Engine | undefined {
  const value = valueFor(document, node);
  if (value?.node.type !== 'call') return undefined;
  const direct = engineAt(value.document, value.node);
  if (direct) return direct;
  const callee = value.node.childForFieldName('function');
  const [inner] = argumentsOf(value.node);
  const wraps = callee && inner && meantName(value.document, callee)?.name === 'AsyncEngine';
  return wraps ? engineAt(value.document, inner) : undefined;
}

/** The session factory that an expression stands for. */
export function factoryOf(document: PythonDocument, node: Node): SessionFactory | undefined {
  const value = valueFor(document, node);
  return value?.node.type === 'call' ? factoryAt(value.document, value.node) : undefined;
}

/** True where `async with`, `await` or an `async def` route uses what the factory or engine of this module makes. */
export function isInAsyncFunction(node: Node): boolean {
  const definition = enclosing(node, 'function_definition', 'lambda');
  return definition?.type === 'function_definition' && isAsync(definition);
}

/** Every `receiver.method(…)` call of a document. */
export function methodCalls(document: PythonDocument, method: string): { call: Node; receiver: Node }[] {
  return document.calls.flatMap((call) => {
    const callee = call.childForFieldName('function');
    const receiver = callee?.type === 'attribute' ? callee.childForFieldName('object') : null;
    return receiver && callee?.childForFieldName('attribute')?.text === method ? [{ call, receiver }] : [];
  });
}

/** Classes of a document whose bases include one of these external names, directly or through the project's own classes. */
export function inheritsFrom(
  document: PythonDocument,
  definition: Node,
  names: ReadonlySet<string>,
  hops = 0,
): boolean {
  if (hops > 8) return false;
  const bases = definition.childForFieldName('superclasses')?.namedChildren ?? [];
  return bases.some((base) => {
    if (!base || base.type === 'keyword_argument') return false;
    const origin = document.origin(
      base.type === 'subscript' ? (base.childForFieldName('value') ?? base) : base,
    );
    if (origin.kind === 'external') return names.has(origin.name);
    if (origin.kind !== 'local' || origin.binding.kind !== 'class') return false;
    return inheritsFrom(origin.document, origin.binding.statement, names, hops + 1);
  });
}

export function classesOf(document: PythonDocument): Node[] {
  return descendants(document.root, 'class_definition');
}
