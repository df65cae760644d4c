import { type Kind, PLAIN, type What } from './kind.ts';

/** What the methods of SQLAlchemy's classes give. Read off SQLAlchemy 2.1.9, 2.0.58 and SQLModel 0.0.50; a test asks the installed ones. */

/** The arguments of a call as kinds, asked for one at a time. */
export interface Asked {
  receiver: Kind;
  argument(at: number, name?: string): Kind | undefined;
  arguments(): readonly (Kind | undefined)[] | undefined;
}

type Rule = (asked: Asked) => Kind | undefined;

const same: Rule = ({ receiver }) => receiver;
const plain: Rule = () => PLAIN;
const unknown: Rule = () => undefined;
const kind =
  (what: What): Rule =>
  () => ({ what });

/** Reads a statement: `rows` and the relationships that come loaded go over to what is read. */
function read(what: What, receiver: Kind, from: Kind | undefined): Kind {
  return {
    what,
    ...(from?.rows && { rows: from.rows }),
    ...(from?.loads && { loads: from.loads }),
    ...(from?.joined && { joined: true }),
    ...(from?.selected && { selected: from.selected }),
    ...(/session/.test(receiver.what) && { session: receiver }),
  };
}

/** One column of what was read, as it reaches the code. */
export function columnOf(from: Kind | undefined, at = 0): Kind | undefined {
  const column = from?.rows?.[at];
  if (column?.what !== 'model') return column;
  return {
    ...column,
    ...(from?.loads && { loads: from.loads }),
    ...(from?.session && { session: from.session }),
    ...(from?.selected && { selected: from.selected }),
  };
}

const row: Rule = ({ receiver: { joined: _, ...rest } }) => ({ ...rest, what: 'row' });
const list =
  (rule: Rule): Rule =>
  (asked) => {
    const of = rule(asked);
    return of ? { what: 'list', of } : { what: 'list' };
  };
const scalar: Rule = ({ receiver }) => columnOf(receiver);
const entity: Rule = ({ receiver }) => receiver.of;
const mapping: Rule = kind('mapping');
const awaitable =
  (rule: Rule): Rule =>
  (asked) => {
    const of = rule(asked);
    return of ? { what: 'coroutine', of } : { what: 'coroutine' };
  };
const scalars =
  (what: What): Rule =>
  ({ receiver }) => {
    const of = columnOf(receiver);
    return { what, ...(of && { of }), ...(receiver.joined && { joined: true }) };
  };
const unique: Rule = ({ receiver: { joined: _, ...rest } }) => rest;

const model: Rule = ({ receiver, argument }) => {
  const of = argument(0, 'entity');
  return of?.what === 'model-class'
    ? { what: 'model', loads: [], ...(of.class && { class: of.class }), session: receiver }
    : undefined;
};

const executed: Rule = ({ receiver, argument }) => read('result', receiver, argument(0, 'statement'));
const scalarOf: Rule = ({ receiver, argument }) =>
  columnOf(read('result', receiver, argument(0, 'statement')));
const scalarsOf =
  (what: What): Rule =>
  ({ receiver, argument }) => {
    const result = read('result', receiver, argument(0, 'statement'));
    return scalars(what)({ receiver: result, argument, arguments: () => undefined });
  };

/** SQLModel's `exec` unpacks the rows of a `select` of one thing. */
const executedBySqlmodel: Rule = (asked) => {
  const statement = asked.argument(0, 'statement');
  if (!statement?.rows) return undefined;
  return statement.rows.length === 1 ? scalarsOf('scalar-result')(asked) : executed(asked);
};

/** `query(User)`, `select(User, Post)`: what each argument stands for in a row. */
export const rowsOf = (args: readonly (Kind | undefined)[] | undefined): Kind['rows'] =>
  args?.map((each) =>
    each?.what === 'model-class' ? { what: 'model', ...(each.class && { class: each.class }) } : undefined,
  );

const queried: Rule = ({ receiver, arguments: all }) => {
  const rows = rowsOf(all());
  return { what: 'query', session: receiver, loads: [], ...(rows && { rows }) };
};

const each = (names: string, rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]));

const context =
  (what: 'context' | 'async-context', of: What): Rule =>
  () => ({
    what,
    of: { what: of },
    ...(what === 'async-context' && { awaitable: true }),
  });

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

function awaited(rules: Record<string, Rule>): Record<string, Rule> {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, awaitable(rule)]));
}

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
    stream: awaitable(({ receiver, argument }) => read('async-result', receiver, argument(0, 'statement'))),
    stream_scalars: awaitable(scalarsOf('async-scalar-result')),
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
