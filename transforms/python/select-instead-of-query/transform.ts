import type { Backend } from '../../../src/backend/backend.ts';
import { joinedByDefault } from '../../../src/backend/kinds/options.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { asyncEdits } from '../../../src/backend/make-async.ts';
import { type QueryChain, queryChain } from '../../../src/backend/query-chain.ts';
import { type QueryUse, usesOfQuery } from '../../../src/backend/query-steps.ts';
import { together } from '../../../src/backend/together.ts';
import { typeAt, typingName } from '../../../src/languages/python/annotations.ts';
import { argumentsOf, hasSplat } from '../../../src/languages/python/arguments.ts';
import { isReadOff, mayAwait, whereabouts } from '../../../src/languages/python/awaits.ts';
import { classOf, membersOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImports } from '../../../src/languages/python/import-edits.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Select on the async session instead of querying it',
  why: 'AsyncSession has no query: AttributeError at the first request.',
  safety: { unsafe: 'what Query did besides may be missed: compare the rows before and after' },
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#migration-20-query-usage',
  catalogue: ['py-query-on-asyncsession'],
  fixes: [/'AsyncSession' object has no attribute 'query'/],
  literals: ['query'],
  detect(document, backend) {
    return together(
      document.calls.flatMap((call) => {
        const chain = queryChain(document, backend, call);
        return chain ? [draft(document, backend, chain)] : [];
      }),
    );
  },
} satisfies Transform<'python'>;

/** Steps and endings of which Query and select() make the same SQL and the same objects. */
const PLAIN_STEPS = /^(filter|filter_by|where|order_by|limit|offset)$/;
const READS = /^(all|first|one|one_or_none)$/;

function draft(document: PythonDocument, backend: Backend, chain: QueryChain): Draft {
  const base = {
    subject: `${chain.session.text}.query in ${whereabouts(chain.query)}`,
    at: document.place(chain.query),
    message: `${chain.session.text} is an AsyncSession and has no query.`,
  };
  const edits = hasSplat(chain.query) ? undefined : rewritten(document, backend, chain);
  const around = mayAwait(chain.query) ? [] : asyncEdits(document, backend, chain.query);
  if (!edits || !around) {
    const next = edits
      ? `Make ${whereabouts(chain.query)} an async def, and await it wherever it is called.`
      : `Build the query with select(…), and read it with await ${chain.session.text}.execute(…).`;
    return { ...base, subject: `${base.subject}, by hand`, safety: 'report', next };
  }
  const certain = around.length === 0 && isPlain(chain);
  return { ...base, edits: [...edits, ...around], ...(certain && { safety: 'safe' }) };
}

/** One whole model, conditions and order, and a plain reading of it. */
function isPlain({ kind, steps, terminal }: QueryChain): boolean {
  const [model, ...others] = kind?.rows ?? [];
  if (model?.what !== 'model' || others.length > 0 || kind?.joined) return false;
  const ends = terminal !== undefined && (READS.test(terminal.name) || terminal.name === 'get');
  return ends && steps.every(({ name }) => PLAIN_STEPS.test(name));
}

function rewritten(document: PythonDocument, backend: Backend, chain: QueryChain): Edit[] | undefined {
  const { terminal } = chain;
  const shape = shapeOf(document, backend, chain);
  if (!shape || isTaken(document, chain.query, 'select')) return undefined;
  if (!terminal && !isLoopedOver(chain.whole)) return inSteps(document, backend, chain, shape);
  if (!terminal) return executed(document, backend, chain, shape);
  if (terminal.name === 'get') return got(document, chain, shape);
  if (terminal.name === 'count') return counted(document, chain, shape);
  const readable = READS.test(terminal.name) || (terminal.name === 'scalar' && shape === 'columns');
  return readable && argumentsOf(terminal.call).length === 0
    ? executed(document, backend, chain, shape)
    : undefined;
}

/** Whether the rows hold one model, or columns; undefined where that cannot be told. */
function shapeOf(
  document: PythonDocument,
  backend: Backend,
  { kind, query }: QueryChain,
): 'model' | 'columns' | undefined {
  const rows = kind?.rows ?? [];
  if (rows.length === 1 && rows[0]?.what === 'model') return 'model';
  const args = argumentsOf(query);
  if (args.length === 1 && args[0] && isSomeClass(document, args[0])) return 'model';
  if (rows.length > 1 && rows.every((row) => row?.what === 'model')) return 'columns';
  const isColumn = (node: Node) => {
    const object = node.type === 'attribute' ? node.childForFieldName('object') : undefined;
    return object ? kindOf(backend, document, object)?.what === 'model-class' : isFunction(document, node);
  };
  return args.length > 0 && args.every(isColumn) ? 'columns' : undefined;
}

/** `self.model` and a parameter that are annotated `Type[ModelT]`: whichever class it is, it is one that is mapped. */
function isSomeClass(document: PythonDocument, node: Node): boolean {
  const owner = /^self\.\w+$/.test(node.text) ? enclosing(node, 'class_definition') : undefined;
  if (owner) {
    const members = membersOf(classOf(document, owner), node.text.replace('self.', ''));
    return members.some(({ owner: { document: where }, binding, value, annotation }) => {
      const says = binding?.annotation ?? annotation;
      if (says) return isClassType(where, says);
      return value?.type === 'identifier' && isSomeClass(where, value);
    });
  }
  const origin = node.type === 'identifier' ? document.origin(node) : undefined;
  const says = origin?.kind === 'local' ? origin.binding.annotation : undefined;
  return origin?.kind === 'local' && says !== undefined && isClassType(origin.document, says);
}

function isClassType(document: PythonDocument, annotation: Node): boolean {
  const type = typeAt(document, annotation);
  return type.form === 'applied' && /^[Tt]ype$/.test(typingName(type.base) ?? '');
}

/** `func.count(User.id)`. */
function isFunction(document: PythonDocument, node: Node): boolean {
  const callee = node.type === 'call' ? node.childForFieldName('function') : undefined;
  return (
    callee !== null &&
    callee !== undefined &&
    /^sqlalchemy\.(\w+\.)*func\.\w+$/.test(document.externalName(callee) ?? '')
  );
}

function isLoopedOver(whole: Node): boolean {
  const { parent } = whole;
  return (
    /^for_(statement|in_clause)$/.test(parent?.type ?? '') &&
    parent?.childForFieldName('right')?.id === whole.id
  );
}

/** `(await session.execute(select(User).where(…))).scalars().first()`. */
function executed(
  document: PythonDocument,
  backend: Backend,
  chain: QueryChain,
  shape: 'model' | 'columns',
): Edit[] {
  const { session, query, steps, kind } = chain;
  const last = steps.at(-1)?.call ?? query;
  const scalars = shape === 'model' ? '.scalars()' : '';
  const repeats =
    kind?.joined || kind?.rows?.some((row) => row && joinedByDefault(backend.kinds, row).length > 0);
  const unique = repeats ? '.unique()' : '';
  return [
    opening(document, chain, `(await ${session.text}.execute(select`),
    ...wheres(document, chain),
    { file: document.path, start: last.endIndex, end: last.endIndex, text: `))${scalars}${unique}` },
    ...importsOf(document, ['select']),
  ];
}

/** `query = select(User)`, and what is made of it: `(await session.execute(query.where(…))).scalars().all()`. */
function inSteps(
  document: PythonDocument,
  backend: Backend,
  chain: QueryChain,
  shape: 'model' | 'columns',
): Edit[] | undefined {
  const uses = usesOfQuery(document, chain);
  const counts = uses?.some(({ terminal }) => terminal?.name === 'count');
  if (!uses || (counts && isTaken(document, chain.query, 'func'))) return undefined;
  return [
    opening(document, chain, 'select'),
    ...wheres(document, chain),
    ...uses.flatMap((use) => [
      ...wheres(document, use),
      ...(use.terminal ? readIn(document, backend, chain, use, shape) : []),
    ]),
    ...importsOf(document, counts ? ['func', 'select'] : ['select']),
  ];
}

function readIn(
  document: PythonDocument,
  backend: Backend,
  { session }: QueryChain,
  { name, steps, terminal }: QueryUse,
  shape: 'model' | 'columns',
): Edit[] {
  const last = steps.at(-1)?.call ?? name;
  const awaited = terminal?.call.parent?.type === 'await' ? terminal.call.parent : undefined;
  const counts = terminal?.name === 'count';
  const inner = counts ? 'select(func.count()).select_from(' : '';
  const scalars = shape === 'model' ? '.scalars()' : '';
  const unique = kindOf(backend, document, last)?.joined ? '.unique()' : '';
  const file = document.path;
  return [
    {
      file,
      start: (awaited ?? name).startIndex,
      end: name.startIndex,
      text: `(await ${session.text}.execute(${inner}`,
    },
    counts
      ? { file, start: last.endIndex, end: terminal.call.endIndex, text: '.subquery()))).scalar_one()' }
      : { file, start: last.endIndex, end: last.endIndex, text: `))${scalars}${unique}` },
  ];
}

/** The new text in place of `session.query`, and of an `await` that stood before it. */
function opening(document: PythonDocument, { query, whole }: QueryChain, text: string): Edit {
  const callee = query.childForFieldName('function') ?? query;
  const awaited = whole.parent?.type === 'await' ? whole.parent : undefined;
  return { file: document.path, start: (awaited ?? callee).startIndex, end: callee.endIndex, text };
}

function wheres(document: PythonDocument, { steps }: Pick<QueryChain, 'steps'>): Edit[] {
  return steps.flatMap(({ name, call }) => {
    const attribute = call.childForFieldName('function')?.childForFieldName('attribute');
    return name === 'filter' && attribute ? [{ ...document.place(attribute), text: 'where' }] : [];
  });
}

/** `await session.get(User, 1)`. */
function got(document: PythonDocument, chain: QueryChain, shape: 'model' | 'columns'): Edit[] | undefined {
  const { session, query, steps, terminal, whole } = chain;
  const [key, ...others] = terminal ? argumentsOf(terminal.call) : [];
  const [model] = argumentsOf(query);
  if (!key || !model || others.length > 0 || steps.length > 0 || shape !== 'model') return undefined;
  const awaited = whole.parent?.type === 'await' ? whole.parent : whole;
  const text = `await ${session.text}.get(${model.text}, ${key.text})`;
  return [{ ...document.place(awaited), text: isReadOff(awaited) ? `(${text})` : text }];
}

/** `(await session.execute(select(func.count()).select_from(User).where(…))).scalar_one()`. */
function counted(
  document: PythonDocument,
  chain: QueryChain,
  shape: 'model' | 'columns',
): Edit[] | undefined {
  const { session, query, steps, terminal } = chain;
  const [model] = argumentsOf(query);
  const plain = steps.every(({ name }) => /^(filter|filter_by|where|join|outerjoin)$/.test(name));
  if (!model || !terminal || shape !== 'model' || !plain || isTaken(document, query, 'func'))
    return undefined;
  const list = query.childForFieldName('arguments') ?? query;
  const last = steps.at(-1)?.call ?? query;
  return [
    {
      ...opening(
        document,
        chain,
        `(await ${session.text}.execute(select(func.count()).select_from(${model.text})`,
      ),
      end: list.endIndex,
    },
    ...wheres(document, chain),
    { file: document.path, start: last.endIndex, end: terminal.call.endIndex, text: ')).scalar_one()' },
    ...importsOf(document, ['func', 'select']),
  ];
}

/** True where the name means something else than SQLAlchemy's or SQLModel's. */
function isTaken(document: PythonDocument, at: Node, name: string): boolean {
  const bindings = scopeAt(document, at).find(name);
  return bindings?.some(({ node }) => !isTheirs(document, node, name)) ?? false;
}

function isTheirs(document: PythonDocument, node: Node, name: string): boolean {
  return new RegExp(`^(sqlalchemy|sqlmodel)\\.(\\w+\\.)*${name}$`).test(document.externalName(node) ?? '');
}

function importsOf(document: PythonDocument, names: readonly string[]): Edit[] {
  const missing = names.filter((name) => !document.scopes.module.bindings.has(name));
  return addImports(document, 'sqlalchemy', missing);
}
