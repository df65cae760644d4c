import { type Kind, PLAIN, type What } from './kind.ts';

/** What an instance of each of these classes is, wherever in SQLAlchemy or SQLModel it is imported from. */
const CLASSES: Record<string, What> = {
  Engine: 'engine',
  AsyncEngine: 'async-engine',
  sessionmaker: 'session-factory',
  async_sessionmaker: 'async-session-factory',
  Session: 'session',
  AsyncSession: 'async-session',
  scoped_session: 'session',
  async_scoped_session: 'async-session',
  Connection: 'connection',
  AsyncConnection: 'async-connection',
  SessionTransaction: 'transaction',
  Transaction: 'transaction',
  RootTransaction: 'transaction',
  NestedTransaction: 'transaction',
  AsyncSessionTransaction: 'async-transaction',
  AsyncTransaction: 'async-transaction',
  Query: 'query',
  Select: 'statement',
  SelectOfScalar: 'statement',
  Insert: 'statement',
  Update: 'statement',
  Delete: 'statement',
  TextClause: 'statement',
  CompoundSelect: 'statement',
  Executable: 'statement',
  Result: 'result',
  CursorResult: 'result',
  ChunkedIteratorResult: 'result',
  IteratorResult: 'result',
  TupleResult: 'result',
  LegacyCursorResult: 'result',
  ResultProxy: 'result',
  ScalarResult: 'scalar-result',
  MappingResult: 'mapping-result',
  AsyncResult: 'async-result',
  AsyncScalarResult: 'async-scalar-result',
  AsyncMappingResult: 'async-mapping-result',
  Row: 'row',
  RowProxy: 'row',
  LegacyRow: 'row',
  RowMapping: 'mapping',
};

/** Functions that make a statement; what `select` is given says what its rows are. */
const STATEMENTS = new Set([
  'insert',
  'update',
  'delete',
  'text',
  'union',
  'union_all',
  'intersect',
  'except_',
  'values',
]);

/** What calls of these functions give. */
const CALLS: Record<string, What> = {
  create_engine: 'engine',
  engine_from_config: 'engine',
  create_mock_engine: 'plain',
  create_async_engine: 'async-engine',
  async_engine_from_config: 'async-engine',
  relationship: 'relationship-call',
  relation: 'relationship-call',
  dynamic_loader: 'relationship-call',
  Relationship: 'relationship-call',
};

/** Names of SQLAlchemy's mapping layer that make the base of models. */
const BASES = /^sqlalchemy\.(\w+\.)*(DeclarativeBase|DeclarativeBaseNoMeta)$/;
const BASE_CALLS = /^sqlalchemy\.(\w+\.)*(declarative_base|automap_base)$/;
const OURS = /^(sqlalchemy|sqlmodel)\.(?:[\w.]+\.)?(\w+)$/;

/** The last part of a dotted name of SQLAlchemy or SQLModel, and whose it is. */
export function databaseName(
  dotted: string,
): { name: string; flavour: 'sqlalchemy' | 'sqlmodel' } | undefined {
  const [, flavour, name] = OURS.exec(dotted) ?? [];
  return name && (flavour === 'sqlalchemy' || flavour === 'sqlmodel') ? { name, flavour } : undefined;
}

/** What an instance of an external class is; `of` are its type arguments, `Result[tuple[User]]`. */
export function instanceOfExternal(dotted: string): Kind | undefined {
  if (/^flask_sqlalchemy\.(\w+\.)*SQLAlchemy$/.test(dotted)) return { what: 'flask-sqlalchemy' };
  const ours = databaseName(dotted);
  const what = ours && Object.hasOwn(CLASSES, ours.name) ? CLASSES[ours.name] : undefined;
  if (!ours || !what) return undefined;
  return {
    what,
    ...(/session/.test(what) && { flavour: ours.flavour }),
    ...(/scoped_session$/.test(ours.name) && { scoped: true }),
  };
}

/** What the call of an external function gives, as far as its arguments do not matter. */
export function resultOfExternal(dotted: string): Kind | undefined {
  const ours = databaseName(dotted);
  if (!ours) return undefined;
  if (STATEMENTS.has(ours.name)) return { what: 'statement' };
  const what = Object.hasOwn(CALLS, ours.name) ? CALLS[ours.name] : undefined;
  return what === 'plain' ? PLAIN : what && { what };
}

export function isModelBase(dotted: string): boolean {
  return BASES.test(dotted);
}

export function makesModelBase(dotted: string): boolean {
  return BASE_CALLS.test(dotted);
}

export function isSqlModel(dotted: string): boolean {
  return dotted === 'sqlmodel.SQLModel' || dotted === 'sqlmodel.main.SQLModel';
}

/** FastAPI's `Depends`, and what other frameworks took over from it. */
export function isDepends(dotted: string): boolean {
  return /^(fastapi(\.params|\.param_functions)?\.(Depends|Security)|fast_depends(\.\w+)*\.Depends)$/.test(
    dotted,
  );
}
