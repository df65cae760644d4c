import { typeAt } from '../../languages/python/annotations.ts';
import { argumentsOf, hasSplat, keywordValue, positional } from '../../languages/python/arguments.ts';
import { methodAround } from '../../languages/python/classes.ts';
import type { PythonDocument } from '../../languages/python/document.ts';
import type { Node } from '../../languages/python/tree.ts';
import { factoryAt } from '../engines.ts';
import { instanceOfClass, kindOfType } from './annotations.ts';
import { awaitedKind, itemKind, listOf } from './expressions.ts';
import { databaseName, instanceOfExternal, makesModelBase, resultOfExternal } from './external.ts';
import { calledKind, calledOnce } from './functions.ts';
import { type Kind, PENDING } from './kind.ts';
import type { Kinds } from './kinds.ts';
import { methodResult } from './methods.ts';
import { joinedByDefault, withOptions } from './options.ts';
import { rowsOf } from './rules.ts';

/** What a call gives. */
export function callKind(kinds: Kinds, document: PythonDocument, call: Node): Kind | undefined {
  const callee = call.childForFieldName('function');
  if (!callee) return undefined;
  const kind = kinds.of(document, callee);
  if (!kind || kind === PENDING) return kind;
  const given = calledWith(kinds, document, call, kind);
  return given && isMadeBy(kind) && MADE.has(given.what) && !given.made
    ? { ...given, made: { document, node: call } }
    : given;
}

/** A function of the project says what it gives, and another call in it makes that. */
function isMadeBy(callee: Kind): boolean {
  return callee.what !== 'function' || callee.definition === undefined;
}

const MADE: ReadonlySet<string> = new Set([
  'engine',
  'async-engine',
  'session-factory',
  'async-session-factory',
  'session',
  'async-session',
]);

function calledWith(kinds: Kinds, document: PythonDocument, call: Node, kind: Kind): Kind | undefined {
  switch (kind.what) {
    case 'function':
      return calledKind(kinds, kind);
    case 'external':
      return externalCall(kinds, document, call, kind.name ?? '');
    case 'method':
      return kind.on && kind.name ? methodCall(kinds, document, call, kind.on, kind.name) : undefined;
    default:
      return calledOnce(kinds, kind);
  }
}

function methodCall(
  kinds: Kinds,
  document: PythonDocument,
  call: Node,
  receiver: Kind,
  name: string,
): Kind | undefined {
  const of = (node: Node | undefined) => node && kinds.of(document, node);
  const given = methodResult(
    {
      receiver,
      argument: (at, keyword) => of((keyword && keywordValue(call, keyword)) || positional(call)[at]),
      arguments: () => (hasSplat(call) ? undefined : argumentsOf(call).map(of)),
    },
    name,
  );
  if (given && /^get(_one)?$/.test(name) && keywordValue(call, 'options')) return withoutLoads(given);
  const hasOptions = name === 'options' && (given?.what === 'statement' || given?.what === 'query');
  return hasOptions ? withOptions(kinds, document, call, given) : given;
}

/** `session.get(User, 1, options=…)` loads who knows what. */
function withoutLoads({ loads: _, ...kind }: Kind): Kind {
  return kind.of ? { ...kind, of: withoutLoads(kind.of) } : kind;
}

function externalCall(kinds: Kinds, document: PythonDocument, call: Node, name: string): Kind | undefined {
  const [first] = positional(call);
  const firstKind = () => (first ? kinds.of(document, first) : undefined);
  const database = databaseName(name);
  if (database) return databaseCall(kinds, document, call, name, database.name);
  switch (name) {
    case 'builtins.super':
      return superKind(document, call);
    case 'builtins.list':
    case 'builtins.tuple':
    case 'builtins.set':
    case 'builtins.sorted':
    case 'builtins.reversed':
    case 'builtins.iter':
      return first ? listOf(itemKind(firstKind())) : { what: 'list' };
    case 'builtins.next':
    case 'builtins.max':
    case 'builtins.min':
      return itemKind(firstKind());
    case 'builtins.anext':
      return coroutineOf(itemKind(firstKind()));
    case 'typing.cast':
      return first && kindOfType(kinds, typeAt(document, first));
    case 'contextlib.closing':
      return { what: 'context', ...(firstKind() && { of: firstKind() as Kind }) };
    case 'contextlib.aclosing':
      return { what: 'async-context', ...(firstKind() && { of: firstKind() as Kind }) };
    case 'alembic.op.get_bind':
      return { what: 'connection' };
    case 'asyncio.run':
      return awaitedKind(firstKind());
    case 'asyncio.wait_for':
    case 'asyncio.shield':
      return firstKind()?.what === 'coroutine' ? firstKind() : undefined;
    default:
      return instanceOfExternal(name);
  }
}

function coroutineOf(of: Kind | undefined): Kind {
  return of === PENDING ? PENDING : { what: 'coroutine', ...(of && { of }) };
}

function superKind(document: PythonDocument, call: Node): Kind | undefined {
  const around = argumentsOf(call).length === 0 ? methodAround(document, call) : undefined;
  return around && { what: 'super', class: around.owner };
}

function databaseCall(
  kinds: Kinds,
  document: PythonDocument,
  call: Node,
  dotted: string,
  name: string,
): Kind | undefined {
  if (name === 'select') return selectKind(kinds, document, call);
  if (name === 'sessionmaker' || name === 'async_sessionmaker')
    return factoryKind(kinds, document, call, name);
  if (name === 'scoped_session' || name === 'async_scoped_session')
    return scopedKind(kinds, document, call, name);
  if (name === 'AsyncEngine') return { what: 'async-engine' };
  if (name === 'aliased') return aliasedKind(kinds, document, call);
  if (makesModelBase(dotted)) return undefined;
  return resultOfExternal(dotted) ?? instanceOfExternal(dotted);
}

function selectKind(kinds: Kinds, document: PythonDocument, call: Node): Kind {
  const made = { document, node: call };
  if (hasSplat(call)) return { what: 'statement', selected: made };
  const rows = rowsOf(positional(call).map((node) => kinds.of(document, node)));
  const joinedBy = rows?.flatMap((row) => (row?.what === 'model' ? joinedByDefault(kinds, row) : [])) ?? [];
  const joined = joinedBy.length > 0 && { joined: true, joinedBy };
  return { what: 'statement', selected: made, loads: [], ...(rows && { rows }), ...joined };
}

function aliasedKind(kinds: Kinds, document: PythonDocument, call: Node): Kind | undefined {
  const [first] = positional(call);
  const kind = first && kinds.of(document, first);
  return kind?.what === 'model-class' ? kind : undefined;
}

/** A factory is what it is meant to be: `sessionmaker` over an async engine, or with an async class, makes async sessions. */
function factoryKind(kinds: Kinds, document: PythonDocument, call: Node, name: string): Kind {
  const made = { document, node: call };
  const classNode = keywordValue(call, 'class_') ?? positional(call)[1];
  const engineNode = keywordValue(call, 'bind') ?? positional(call)[0];
  const given = classNode && sessionOfClass(kinds, document, classNode);
  const engine = engineNode && kinds.of(document, engineNode);
  const async =
    name === 'async_sessionmaker' ||
    given?.what === 'async-session' ||
    engine?.what === 'async-engine' ||
    factoryAt(document, call)?.meantAsync === true;
  const what = async ? 'async-session' : 'session';
  const of: Kind =
    given?.what === what ? { ...given, made } : { what, ...(!classNode && { flavour: 'sqlalchemy' }), made };
  return { what: `${what}-factory`, of, made };
}

/** An instance of the class that `class_=` names. */
function sessionOfClass(kinds: Kinds, document: PythonDocument, node: Node): Kind | undefined {
  const kind = kinds.of(document, node);
  return kind?.what === 'external' ? instanceOfExternal(kind.name ?? '') : instanceOfClass(kind);
}

function scopedKind(kinds: Kinds, document: PythonDocument, call: Node, name: string): Kind {
  const [first] = positional(call);
  const factory = first && kinds.of(document, first);
  const made = { document, node: call };
  if (factory?.of && /session-factory$/.test(factory.what)) return { ...factory.of, scoped: true };
  return { what: name === 'scoped_session' ? 'session' : 'async-session', scoped: true, made };
}
