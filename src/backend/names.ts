import type { PythonDocument } from '../languages/python/document.ts';
import type { Node } from '../languages/python/tree.ts';

/**
 * Where the names of SQLAlchemy's engine, session and mapping layer live: read off the installed packages
 * (SQLAlchemy 1.4.41, 2.0.58 and 2.1.9, SQLModel 0.0.11, 0.0.24 and 0.0.50) by importing every module and asking for the name.
 * The first home is the documented one. What is imported from another module of these packages does not exist there.
 */
const HOMES = {
  create_engine: [
    'sqlalchemy',
    'sqlmodel',
    'sqlalchemy.engine',
    'sqlalchemy.engine.create',
    'sqlalchemy.future',
    'sqlalchemy.future.engine',
  ],
  engine_from_config: ['sqlalchemy', 'sqlmodel', 'sqlalchemy.engine', 'sqlalchemy.engine.create'],
  create_async_engine: ['sqlalchemy.ext.asyncio', 'sqlalchemy.ext.asyncio.engine'],
  async_engine_from_config: ['sqlalchemy.ext.asyncio', 'sqlalchemy.ext.asyncio.engine'],
  AsyncEngine: ['sqlalchemy.ext.asyncio', 'sqlalchemy.ext.asyncio.engine'],
  AsyncConnection: ['sqlalchemy.ext.asyncio', 'sqlalchemy.ext.asyncio.engine'],
  AsyncSession: [
    'sqlalchemy.ext.asyncio',
    'sqlmodel.ext.asyncio.session',
    'sqlalchemy.ext.asyncio.session',
    'sqlalchemy.ext.asyncio.scoping',
  ],
  async_sessionmaker: [
    'sqlalchemy.ext.asyncio',
    'sqlalchemy.ext.asyncio.session',
    'sqlalchemy.ext.asyncio.scoping',
  ],
  async_scoped_session: ['sqlalchemy.ext.asyncio', 'sqlalchemy.ext.asyncio.scoping'],
  sessionmaker: ['sqlalchemy.orm', 'sqlalchemy.orm.session', 'sqlalchemy.orm.events'],
  SQLModel: ['sqlmodel', 'sqlmodel.main'],
  Session: [
    'sqlalchemy.orm',
    'sqlmodel',
    'sqlalchemy.orm.session',
    'sqlmodel.orm.session',
    'sqlalchemy.orm.scoping',
    'sqlalchemy.orm.events',
    'sqlalchemy.orm._orm_constructors',
    'sqlalchemy.ext.asyncio.session',
    'sqlalchemy.ext.asyncio.scoping',
    'sqlmodel.ext.asyncio.session',
    'sqlalchemy.ext.baked',
    'sqlalchemy.ext.horizontal_shard',
    'sqlalchemy.ext.serializer',
  ],
  declarative_base: ['sqlalchemy.orm', 'sqlalchemy.ext.declarative', 'sqlalchemy.orm.decl_api'],
  DeclarativeBase: ['sqlalchemy.orm', 'sqlalchemy.orm.decl_api'],
  mapped_column: ['sqlalchemy.orm', 'sqlalchemy.orm._orm_constructors', 'sqlalchemy.orm.decl_api'],
  selectinload: ['sqlalchemy.orm', 'sqlalchemy.orm.strategy_options'],
  joinedload: ['sqlalchemy.orm', 'sqlalchemy.orm.strategy_options'],
  subqueryload: ['sqlalchemy.orm', 'sqlalchemy.orm.strategy_options'],
  contains_eager: ['sqlalchemy.orm', 'sqlalchemy.orm.strategy_options'],
  relationship: [
    'sqlalchemy.orm',
    'sqlalchemy.orm._orm_constructors',
    'sqlalchemy.orm.decl_api',
    'sqlalchemy.ext.automap',
    'sqlmodel.main',
  ],
  Mapped: [
    'sqlalchemy.orm',
    'sqlalchemy.orm.base',
    'sqlalchemy.orm.attributes',
    'sqlalchemy.orm.decl_api',
    'sqlalchemy.orm.descriptor_props',
    'sqlalchemy.orm.util',
    'sqlmodel.main',
    'sqlmodel.sql.expression',
  ],
  backref: ['sqlalchemy.orm', 'sqlalchemy.orm._orm_constructors', 'sqlalchemy.ext.automap'],
  JSONB: [
    'sqlalchemy.dialects.postgresql',
    'sqlalchemy.dialects.postgresql.json',
    'sqlalchemy.dialects.postgresql.psycopg',
    'sqlalchemy.dialects.postgresql.psycopg2',
    'sqlalchemy.dialects.postgresql.pg8000',
    'sqlalchemy.dialects.postgresql.pygresql',
    'sqlalchemy.dialects.sqlite',
    'sqlalchemy.dialects.sqlite.base',
    'sqlalchemy.dialects.sqlite.json',
  ],
  scoped_session: ['sqlalchemy.orm', 'sqlalchemy.orm.scoping', 'sqlalchemy.orm.events'],
} as const;

export type DatabaseName = keyof typeof HOMES;

/** A database name as the code means it, and how it got there. */
export interface MeantName {
  name: DatabaseName;
  /** `real`: from a module that has it. `invented`: from one that has not. `unbound`: used, but never imported. */
  via: 'real' | 'invented' | 'unbound';
  /** The module that it was imported from. */
  module?: string;
}

const PACKAGES = new Set(['sqlalchemy', 'sqlmodel']);

export function isDatabaseName(name: string): name is DatabaseName {
  return Object.hasOwn(HOMES, name);
}

/** The documented module of a name. */
export function homeOf(name: DatabaseName): string {
  return HOMES[name][0];
}

/** True where `from module import name` works. `sqlmodelVersion` admits what SQLModel up to 0.0.11 exposed. */
export function isHome(module: string, name: DatabaseName, oldSqlmodel = false): boolean {
  if (oldSqlmodel && module === 'sqlmodel.ext.asyncio.session' && /^Async(Engine|Connection)$/.test(name))
    return true;
  return (HOMES[name] as readonly string[]).includes(module);
}

/** Which database name an expression means, or undefined where it is something else, whatever it is called. */
export function meantName(document: PythonDocument, node: Node): MeantName | undefined {
  if (!mayBeMeant(document, node)) return undefined;
  const origin = document.origin(node);
  if (origin.kind === 'external') return fromModule(origin.name);
  if (origin.kind === 'star') return fromStar(origin.modules, origin.name);
  if (origin.kind === 'unbound' && isDatabaseName(origin.name) && importsDatabase(document)) {
    return { name: origin.name, via: 'unbound' };
  }
  return undefined;
}

/** False where an expression can mean none of the names. Told without its scope, since it is asked of every call there is. */
function mayBeMeant(document: PythonDocument, node: Node): boolean {
  if (node.type === 'parenthesized_expression' || document.scopes.stars.length > 0) return true;
  if (node.type === 'identifier') {
    const origins = document.imported.get(node.text) ?? [];
    return (
      isDatabaseName(node.text) ||
      origins.some((each) => each.kind === 'star' || (each.kind === 'external' && fromModule(each.name)))
    );
  }
  const first = node.type === 'attribute' ? firstName(node) : undefined;
  if (first?.type === 'parenthesized_expression') return true;
  const origins = (first && document.imported.get(first.text)) ?? [];
  return origins.some(
    (each) =>
      each.kind === 'module' ||
      (each.kind === 'external' && isDatabaseName(node.childForFieldName('attribute')?.text ?? '')),
  );
}

/** The `a` of `a.b.c`. */
export function firstName(node: Node): Node | undefined {
  const object = node.type === 'attribute' ? node.childForFieldName('object') : node;
  return object?.type === 'attribute' ? firstName(object) : (object ?? undefined);
}

function fromModule(dotted: string): MeantName | undefined {
  const dot = dotted.lastIndexOf('.');
  const module = dotted.slice(0, dot);
  const name = dotted.slice(dot + 1);
  if (!isDatabaseName(name) || !PACKAGES.has(module.split('.')[0] ?? '')) return undefined;
  return { name, via: isHome(module, name) ? 'real' : 'invented', module };
}

function fromStar(modules: string[], name: string): MeantName | undefined {
  if (!isDatabaseName(name)) return undefined;
  const module = modules.find((each) => isHome(each, name));
  return module ? { name, via: 'real', module } : undefined;
}

/** True where a file imports anything of SQLAlchemy or SQLModel: an unbound `create_async_engine` then means theirs. */
function importsDatabase(document: PythonDocument): boolean {
  for (const [name, bindings] of document.scopes.module.bindings) {
    if (bindings.every(({ kind }) => kind !== 'import' && kind !== 'from-import')) continue;
    const origin = document.exported(name);
    if (origin.kind === 'external' && PACKAGES.has(origin.name.split('.')[0] ?? '')) return true;
  }
  return document.scopes.stars.some((star) => PACKAGES.has(star.module.split('.')[0] ?? ''));
}
