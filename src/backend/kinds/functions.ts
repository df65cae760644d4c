import {
  decoratorNames,
  isCoroutineFunction,
  isGenerator,
  returnsOf,
  yieldsOf,
} from '../../languages/python/calls.ts';
import { decoratorsOf, membersOf } from '../../languages/python/classes.ts';
import type { PythonDocument } from '../../languages/python/document.ts';
import { children, isAsync, type Node } from '../../languages/python/tree.ts';
import { annotatedKind, instanceOfClass } from './annotations.ts';
import { memberKind } from './attributes.ts';
import { awaitedKind } from './expressions.ts';
import { type Kind, merged, PENDING } from './kind.ts';
import type { Kinds } from './kinds.ts';
import { agreed } from './names.ts';

/** Decorators that leave the function what it is to its callers. */
const TRANSPARENT =
  /^(builtins\.(staticmethod|classmethod|property)|functools\.(lru_cache|cache|wraps|cached_property)|abc\.abstract\w+|typing(_extensions)?\.(override|final|overload|no_type_check)|contextlib\.(async)?contextmanager|pytest(_asyncio)?\.fixture)$/;
const ROUTES =
  /^(get|post|put|patch|delete|head|options|api_route|websocket|route|on_event|exception_handler|middleware)$/;

/** True where every decorator hands the function on as it is, to its callers. */
export function transparent(document: PythonDocument, definition: Node): boolean {
  const names = decoratorNames(document, definition);
  return decoratorsOf(definition).every((node, at) => {
    const name = names[at];
    return (name !== undefined && TRANSPARENT.test(name)) || isRoute(node);
  });
}

/** `@router.get("/")`: it registers the function and gives it back. */
function isRoute(node: Node): boolean {
  const callee = node.type === 'call' ? node.childForFieldName('function') : undefined;
  return ROUTES.test(callee?.childForFieldName('attribute')?.text ?? '');
}

/** What a call of a function of the project gives, from what it returns or yields and from what it says that it does. */
export function calledKind(kinds: Kinds, fn: Kind): Kind | undefined {
  const { document, definition } = fn;
  if (!document || !definition) return fn.of;
  if (definition.type === 'lambda') return oneOf(kinds, document, returnsOf(definition));
  if (!transparent(document, definition)) return undefined;
  const made = isGenerator(definition)
    ? generatorKind(kinds, document, definition)
    : returnedKind(kinds, document, definition);
  return managed(document, definition, made);
}

function returnedKind(kinds: Kinds, document: PythonDocument, definition: Node): Kind | undefined {
  const annotation = definition.childForFieldName('return_type');
  const said = annotation && annotatedKind(kinds, document, annotation);
  const declared = said && isOverridden(document, definition, said) ? undefined : said;
  const returned = oneOf(kinds, document, returnsOf(definition));
  const of = agreed(
    declared?.what === 'none' ? undefined : (declared ?? undefined),
    returned?.what === 'none' ? undefined : returned,
  );
  if (!isCoroutineFunction(definition)) return of;
  if (of === PENDING) return of;
  return { what: 'coroutine', ...(of && { of }), definition, document };
}

/** An abstract method makes nothing: where it says that it gives something synchronous, those that override it may do otherwise. */
function isOverridden(document: PythonDocument, definition: Node, { what }: Kind): boolean {
  return (
    /^(engine|session|connection)$/.test(what) &&
    decoratorNames(document, definition).some((name) => name?.startsWith('abc.abstract'))
  );
}

function generatorKind(kinds: Kinds, document: PythonDocument, definition: Node): Kind | undefined {
  const annotation = definition.childForFieldName('return_type');
  const declared = annotation ? annotatedKind(kinds, document, annotation) : undefined;
  const yielded = oneOf(
    kinds,
    document,
    yieldsOf(definition).flatMap((each) => children(each).slice(0, 1)),
  );
  if (yielded === PENDING) return PENDING;
  const of = agreed(/generator$/.test(declared?.what ?? '') ? declared?.of : undefined, yielded);
  return { what: isAsync(definition) ? 'async-generator' : 'generator', ...(of && { of }) };
}

function oneOf(kinds: Kinds, document: PythonDocument, nodes: readonly Node[]): Kind | undefined {
  return nodes.length > 0 ? merged(nodes.map((node) => kinds.of(document, node))) : undefined;
}

/** `@contextmanager` makes a context manager of a generator, for synchronous ones or for asynchronous ones. */
function managed(document: PythonDocument, definition: Node, made: Kind | undefined): Kind | undefined {
  const names = decoratorNames(document, definition);
  if (!made || !names.some((name) => /^contextlib\.(async)?contextmanager$/.test(name ?? ''))) return made;
  const async = names.includes('contextlib.asynccontextmanager');
  if (made.what !== (async ? 'async-generator' : 'generator')) return undefined;
  return { what: async ? 'async-context' : 'context', ...(made.of && { of: made.of }) };
}

/** What FastAPI injects for a dependency: what it yields, returns or gives when it is awaited or called. */
export function injectedKind(kinds: Kinds, dependency: Kind | undefined): Kind | undefined {
  if (!dependency || dependency === PENDING) return dependency;
  const called = calledOnce(kinds, dependency);
  if (!called || called === PENDING) return called;
  if (called.what === 'generator' || called.what === 'async-generator') return called.of;
  return called.what === 'coroutine' ? awaitedKind(called) : called;
}

/** What calling something without looking at its arguments gives. */
export function calledOnce(kinds: Kinds, callee: Kind): Kind | undefined {
  switch (callee.what) {
    case 'function':
      return calledKind(kinds, callee);
    case 'class':
    case 'model-class':
      return instanceOfClass(callee);
    case 'session-factory':
    case 'async-session-factory':
      return callee.of ?? { what: callee.what === 'session-factory' ? 'session' : 'async-session' };
    case 'session':
    case 'async-session':
      return callee.scoped ? { ...callee, scoped: false } : undefined;
    case 'instance': {
      const call =
        callee.class && membersOf(callee.class, '__call__').length > 0
          ? memberKind(kinds, callee, '__call__')
          : undefined;
      return call && call !== PENDING ? calledOnce(kinds, call) : call;
    }
    default:
      return undefined;
  }
}
