import { type TypeExpression, typeAt, typingName } from '../../languages/python/annotations.ts';
import { classOf } from '../../languages/python/classes.ts';
import type { PythonDocument } from '../../languages/python/document.ts';
import type { Origin } from '../../languages/python/origin.ts';
import type { Node } from '../../languages/python/tree.ts';
import { homeOf, isDatabaseName } from '../names.ts';
import { instanceOfExternal, isDepends } from './external.ts';
import { injectedKind } from './functions.ts';
import { type Kind, merged, NONE } from './kind.ts';
import type { Kinds } from './kinds.ts';
import { classKind } from './models.ts';

/** What an annotation says of what it annotates. */
export function annotatedKind(kinds: Kinds, document: PythonDocument, node: Node): Kind | undefined {
  return kindOfType(kinds, typeAt(document, node));
}

const WRAPPERS = /^(Optional|ClassVar|Final|InitVar|Required|NotRequired|ReadOnly)$/;
const LISTS =
  /^(list|List|set|Set|frozenset|FrozenSet|Sequence|MutableSequence|Collection|deque|Deque|AbstractSet|MutableSet)$/;
const GENERATORS = /^(Iterator|Iterable|Generator)$/;
const ASYNC_GENERATORS = /^(AsyncIterator|AsyncIterable|AsyncGenerator)$/;
const CONTEXTS = /^(AbstractContextManager|ContextManager)$/;
const ASYNC_CONTEXTS = /^(AbstractAsyncContextManager|AsyncContextManager)$/;

export function kindOfType(kinds: Kinds, type: TypeExpression): Kind | undefined {
  switch (type.form) {
    case 'name':
      return instanceOf(kinds, type.origin);
    case 'applied':
      return appliedKind(kinds, type);
    case 'union':
      return merged(type.members.map((member) => kindOfType(kinds, member)));
    case 'none':
      return NONE;
    default:
      return undefined;
  }
}

/** An instance of what a class's name stands for. */
function instanceOf(kinds: Kinds, origin: Origin): Kind | undefined {
  if (origin.kind === 'external') return instanceOfExternal(meantHome(origin.name));
  if (
    origin.kind === 'star' &&
    isDatabaseName(origin.name) &&
    origin.modules.some((each) => /^sql(alchemy|model)\b/.test(each))
  )
    return instanceOfExternal(`${homeOf(origin.name)}.${origin.name}`);
  if (origin.kind !== 'local' || origin.binding.kind !== 'class') return undefined;
  return instanceOfClass(classKind(kinds, origin.document, origin.binding.statement));
}

/** `sqlmodel.AsyncSession` does not exist: its author meant the one that does. */
function meantHome(dotted: string): string {
  const [, module = '', name = ''] = /^(.*)\.(\w+)$/.exec(dotted) ?? [];
  if (!/^sqlmodel(\.|$)/.test(module) || name !== 'AsyncSession') return dotted;
  return `sqlmodel.ext.asyncio.session.${name}`;
}

/** What a call of a class gives. */
export function instanceOfClass(kind: Kind | undefined): Kind | undefined {
  if (kind?.what === 'model-class') return { what: 'model', ...(kind.class && { class: kind.class }) };
  if (kind?.what !== 'class') return undefined;
  return kind.of
    ? { ...kind.of, ...(kind.class && { class: kind.class }) }
    : { what: 'instance', ...(kind.class && { class: kind.class }) };
}

/** The class that a type names: what `type[User]` stands for. */
function classOfType(kinds: Kinds, type: TypeExpression | undefined): Kind | undefined {
  if (type?.form !== 'name') return undefined;
  const { origin } = type;
  if (origin.kind === 'external') return { what: 'external', name: meantHome(origin.name) };
  if (origin.kind !== 'local' || origin.binding.kind !== 'class') return undefined;
  return classKind(kinds, origin.document, classOf(origin.document, origin.binding.statement).definition);
}

function appliedKind(kinds: Kinds, { base, args }: TypeExpression & { form: 'applied' }): Kind | undefined {
  const name = typingName(base);
  const [first, second, third] = args;
  const inner = () => (first ? kindOfType(kinds, first) : undefined);
  const holding = (what: Kind['what'], of: Kind | undefined): Kind => ({ what, ...(of && { of }) });
  if (name === undefined) return appliedExternal(kinds, base, args);
  if (name === 'Annotated') return annotatedWith(kinds, args);
  if (WRAPPERS.test(name)) return inner();
  if (name === 'Union') return merged(args.map((each) => kindOfType(kinds, each)));
  if (name === 'type' || name === 'Type') return classOfType(kinds, first);
  if (LISTS.test(name)) return holding('list', inner());
  if (/^[Tt]uple$/.test(name))
    return second?.form === 'value' && second.node.type === 'ellipsis' ? holding('list', inner()) : undefined;
  if (GENERATORS.test(name)) return holding('generator', inner());
  if (ASYNC_GENERATORS.test(name)) return holding('async-generator', inner());
  if (CONTEXTS.test(name)) return holding('context', inner());
  if (ASYNC_CONTEXTS.test(name)) return holding('async-context', inner());
  if (name === 'Awaitable') return holding('coroutine', inner());
  if (name === 'Coroutine') return holding('coroutine', third && kindOfType(kinds, third));
  if (name === 'Callable') return second && holding('function', kindOfType(kinds, second));
  return undefined;
}

/** `Mapped[User]`, `Result[tuple[User, Post]]`, `ScalarResult[User]`, and a generic class of the project. */
function appliedExternal(kinds: Kinds, base: TypeExpression, args: TypeExpression[]): Kind | undefined {
  if (base.form !== 'name') return undefined;
  const { origin } = base;
  const [first] = args;
  if (
    origin.kind === 'external' &&
    /^sqlalchemy\.(\w+\.)*(Mapped|WriteOnlyMapped|DynamicMapped)$/.test(origin.name)
  )
    return first && kindOfType(kinds, first);
  const kind = kindOfType(kinds, base);
  if (!kind || !first) return kind;
  if (/^(session|async-session)-factory$/.test(kind.what)) {
    const of = kindOfType(kinds, first);
    return of ? { ...kind, of } : kind;
  }
  if (/scalar-result$/.test(kind.what)) {
    const of = kindOfType(kinds, first);
    return of ? { ...kind, of } : kind;
  }
  const rows = /^(result|async-result|row|statement|query)$/.test(kind.what)
    ? rowsOfType(kinds, first)
    : undefined;
  return rows ? { ...kind, rows } : kind;
}

function rowsOfType(kinds: Kinds, type: TypeExpression): Kind['rows'] {
  const isTuple = type.form === 'applied' && /^[Tt]uple$/.test(typingName(type.base) ?? '');
  return (isTuple ? type.args : [type]).map((each) => kindOfType(kinds, each));
}

/** `Annotated[Session, Depends(get_session)]`: what the dependency gives, or else the type. */
function annotatedWith(kinds: Kinds, [type, ...metadata]: TypeExpression[]): Kind | undefined {
  const declared = type && kindOfType(kinds, type);
  for (const each of metadata) {
    if (each.form !== 'value') continue;
    const injected = dependencyKind(kinds, each.document, each.node);
    if (injected) return injected;
  }
  return declared;
}

/** What FastAPI puts in for `Depends(f)`; undefined where this is no such call, or that cannot be told. */
export function dependencyKind(kinds: Kinds, document: PythonDocument, node: Node): Kind | undefined {
  const given = dependencyOf(document, node);
  return given && injectedKind(kinds, kinds.of(document, given));
}

/** The `f` of `Depends(f)`. */
export function dependencyOf(document: PythonDocument, node: Node): Node | undefined {
  const callee = node.type === 'call' ? node.childForFieldName('function') : undefined;
  if (!callee || !isDepends(document.externalName(callee) ?? '')) return undefined;
  const [argument] = (node.childForFieldName('arguments')?.namedChildren ?? []).filter(
    (each) => each !== null,
  );
  if (argument?.type !== 'keyword_argument') return argument;
  return argument.childForFieldName('name')?.text === 'dependency'
    ? (argument.childForFieldName('value') ?? undefined)
    : undefined;
}
