import { type Kind, PLAIN, type What } from './kind.ts';
import {
  type Asked,
  awaitable,
  awaited,
  columnOf,
  context,
  each,
  entity,
  executed,
  executedBySqlmodel,
  kind,
  list,
  mapping,
  model,
  plain,
  queried,
  type Rule,
  read,
  row,
  rowsOf,
  same,
  scalar,
  scalarOf,
  scalars,
  scalarsOf,
  unique,
  unknown,
} from './rules.ts';

/**
 * What the methods of SQLAlchemy's classes give: read off SQLAlchemy 2.1.9 and 2.0.58 and SQLModel 0.0.50.
 */

const SESSION_AWAITED: Record<string, Rule> = {
  execute: executed,
  exec: executedBySqlmodel,
  scalar: scalarOf,
  scalars: scalarsOf('scalar-result'),
  get: model,
  get_one: model,
  merge: ({ argument }) => argument(0, 'instance'),
  connection: kind('connection'),
  ...each('delete refresh flush commit rollback close', plain),
};
const SESSION_PLAIN = each(
  'add add_all expunge expunge_all expire expire_all is_modified in_transaction in_nested_transaction',
  plain,
);

const SESSION: Record<string, Rule> = {
  ...SESSION_AWAITED,
  ...SESSION_PLAIN,
  ...each(
    'reset invalidate prepare bulk_save_objects bulk_insert_mappings bulk_update_mappings enable_relationship_loading',
    plain,
  ),
  query: queried,
  begin: context('context', 'transaction'),
  begin_nested: context('context', 'transaction'),
};

const ASYNC_SESSION: Record<string, Rule> = {
  ...awaited(SESSION_AWAITED),
  ...SESSION_PLAIN,
  ...each('reset invalidate close_all', awaitable(plain)),
  connection: awaitable(kind('async-connection')),
  stream: awaitable(({ receiver, argument }) => read('async-result', receiver, argument(0, 'statement'))),
  stream_scalars: awaitable(scalarsOf('async-scalar-result')),
  run_sync: awaitable(unknown),
  begin: context('async-context', 'async-transaction'),
  begin_nested: context('async-context', 'async-transaction'),
  // There is no such method; who calls it means the query of a session.
  query: queried,
};

const CONNECTION_AWAITED: Record<string, Rule> = {
  execute: executed,
  scalar: scalarOf,
  scalars: scalarsOf('scalar-result'),
  exec_driver_sql: kind('result'),
  execution_options: same,
  ...each('commit rollback close invalidate', plain),
};
const CONNECTION_PLAIN = each('in_transaction in_nested_transaction', plain);

const RESULT: Record<string, Rule> = {
  scalars: scalars('scalar-result'),
  mappings: ({ receiver }) => ({ what: 'mapping-result', ...(receiver.joined && { joined: true }) }),
  unique,
  ...each('tuples execution_options yield_per', same),
  columns: kind('result'),
  ...each('all fetchall fetchmany', list(row)),
  partitions: list(list(row)),
  ...each('first one one_or_none fetchone', row),
  ...each('scalar scalar_one scalar_one_or_none', scalar),
  ...each('close keys', plain),
};
const SCALAR_RESULT: Record<string, Rule> = {
  unique,
  yield_per: same,
  ...each('all fetchall fetchmany', list(entity)),
  partitions: list(list(entity)),
  ...each('first one one_or_none', entity),
  close: plain,
};
const MAPPING_RESULT: Record<string, Rule> = {
  unique,
  ...each('yield_per columns', same),
  ...each('all fetchall fetchmany', list(mapping)),
  partitions: list(list(mapping)),
  ...each('first one one_or_none fetchone', mapping),
  ...each('close keys', plain),
};

/** A query of one thing gives it, of several gives rows. */
const queriedOne: Rule = ({ receiver }) =>
  receiver.rows
    ? receiver.rows.length === 1
      ? columnOf(receiver)
      : { ...receiver, what: 'row' }
    : undefined;

const QUERY: Record<string, Rule> = {
  ...each(
    'filter filter_by where having order_by group_by distinct limit offset join outerjoin select_from options with_for_update execution_options populate_existing yield_per slice correlate enable_eagerloads enable_assertions autoflush params reset_joinpoint union union_all intersect except_ from_statement prefix_with suffix_with with_hint',
    same,
  ),
  ...each('all', list(queriedOne)),
  ...each('first one one_or_none get', queriedOne),
  ...each('scalar', scalar),
  ...each('count delete update exists subquery scalar_subquery cte', plain),
  ...each('with_entities add_columns add_column add_entity', ({ receiver }) => ({
    what: 'query',
    ...(receiver.session && { session: receiver.session }),
  })),
};

const STATEMENT: Record<string, Rule> = {
  ...each(
    'where filter filter_by having order_by group_by distinct limit offset fetch join outerjoin join_from outerjoin_from select_from options with_for_update execution_options correlate correlate_except prefix_with suffix_with with_hint with_statement_hint values on_conflict_do_nothing on_conflict_do_update on_duplicate_key_update ordered_values reduce_columns bindparams set_label_style slice',
    same,
  ),
  ...each('returning', ({ arguments: all }) => {
    const rows = rowsOf(all());
    return { what: 'statement', ...(rows && { rows }) };
  }),
  ...each(
    'union union_all intersect except_ add_columns with_only_columns columns from_select',
    kind('statement'),
  ),
  ...each('subquery scalar_subquery cte exists alias lateral label', plain),
};

const FACTORY = (session: 'session' | 'async-session'): Record<string, Rule> => ({
  begin: ({ receiver }) => ({
    what: session === 'session' ? 'context' : 'async-context',
    ...(receiver.of && { of: receiver.of }),
  }),
  configure: plain,
});

/** In an async result every method that reads is a coroutine; those that give another view of it are not. */
function asyncResult(rules: Record<string, Rule>, views: Record<string, Rule>): Record<string, Rule> {
  const { partitions: _, ...plainly } = rules;
  return { ...awaited(plainly), keys: plain, ...views };
}

const METHODS: Partial<Record<What, Record<string, Rule>>> = {
  engine: {
    connect: kind('connection'),
    begin: context('context', 'connection'),
    dispose: plain,
    execution_options: same,
  },
  'async-engine': {
    connect: context('async-context', 'async-connection'),
    begin: () => ({ what: 'async-context', of: { what: 'async-connection' } }),
    dispose: awaitable(plain),
    execution_options: same,
  },
  'session-factory': FACTORY('session'),
  'async-session-factory': FACTORY('async-session'),
  session: SESSION,
  'async-session': ASYNC_SESSION,
  connection: {
    ...CONNECTION_AWAITED,
    ...CONNECTION_PLAIN,
    begin: context('context', 'transaction'),
    begin_nested: context('context', 'transaction'),
  },
  'async-connection': {
    ...awaited(CONNECTION_AWAITED),
    ...CONNECTION_PLAIN,
    begin: context('async-context', 'async-transaction'),
    begin_nested: context('async-context', 'async-transaction'),
    run_sync: awaitable(unknown),
    start: awaitable(kind('async-connection')),
    // Awaited, or opened with async with.
    stream: (asked) => ({
      what: 'async-context',
      awaitable: true,
      of: read('async-result', asked.receiver, asked.argument(0, 'statement')),
    }),
    stream_scalars: (asked) => ({
      what: 'async-context',
      awaitable: true,
      of: scalarsOf('async-scalar-result')(asked) as Kind,
    }),
  },
  transaction: each('commit rollback close prepare', plain),
  'async-transaction': each('commit rollback close', awaitable(plain)),
  query: QUERY,
  statement: STATEMENT,
  result: RESULT,
  'scalar-result': SCALAR_RESULT,
  'mapping-result': MAPPING_RESULT,
  'async-result': asyncResult(RESULT, {
    scalars: scalars('async-scalar-result'),
    mappings: kind('async-mapping-result'),
    ...each('unique tuples columns yield_per execution_options', same),
  }),
  'async-scalar-result': asyncResult(SCALAR_RESULT, each('unique yield_per', same)),
  'async-mapping-result': asyncResult(MAPPING_RESULT, each('unique columns yield_per', same)),
  row: { _asdict: plain, count: plain, index: plain, _tuple: plain },
};

/** What a method gives; undefined where the class has no such method, or what it gives cannot be told. */
export function methodResult(asked: Asked, name: string): Kind | undefined {
  const rules = METHODS[asked.receiver.what];
  return rules && Object.hasOwn(rules, name) ? rules[name]?.(asked) : undefined;
}

export function hasMethod(what: What, name: string): boolean {
  return Object.hasOwn(METHODS[what] ?? {}, name);
}

/** What a method gives as far as its arguments do not matter. */
export function methodGives(receiver: Kind, name: string): Kind | undefined {
  return methodResult({ receiver, argument: () => undefined, arguments: () => undefined }, name);
}

/** Attributes that are no methods. */
const ATTRIBUTES: Partial<Record<What, Record<string, Kind>>> = {
  'async-engine': { sync_engine: { what: 'engine' } },
  'async-session': { sync_session: { what: 'session' }, no_autoflush: { what: 'context' } },
  session: { no_autoflush: { what: 'context' } },
  'async-connection': { sync_connection: { what: 'connection' }, sync_engine: { what: 'engine' } },
  connection: { engine: { what: 'engine' } },
  row: { _mapping: { what: 'mapping' }, _fields: PLAIN, t: { what: 'row' } },
  result: { rowcount: PLAIN, lastrowid: PLAIN, inserted_primary_key: PLAIN, returns_rows: PLAIN },
};

/** What an attribute of something of the database is: a value, or a method to be called. */
export function attributeOf(on: Kind, name: string): Kind | undefined {
  const value = ATTRIBUTES[on.what];
  if (value && Object.hasOwn(value, name)) return value[name];
  return hasMethod(on.what, name) ? { what: 'method', on, name } : undefined;
}
