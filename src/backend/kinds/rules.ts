import { type Kind, PLAIN, type What } from './kind.ts';

/** The arguments of a call as kinds, asked for one at a time. */
export interface Asked {
  receiver: Kind;
  argument(at: number, name?: string): Kind | undefined;
  arguments(): readonly (Kind | undefined)[] | undefined;
}

export type Rule = (asked: Asked) => Kind | undefined;

export const same: Rule = ({ receiver }) => receiver;
export const plain: Rule = () => PLAIN;
export const unknown: Rule = () => undefined;
export const kind =
  (what: What): Rule =>
  () => ({ what });

/** Reads a statement: `rows` and the relationships that come loaded go over to what is read. */
export function read(what: What, receiver: Kind, from: Kind | undefined): Kind {
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

export const row: Rule = ({ receiver: { joined: _, ...rest } }) => ({ ...rest, what: 'row' });
export const list =
  (rule: Rule): Rule =>
  (asked) => {
    const of = rule(asked);
    return of ? { what: 'list', of } : { what: 'list' };
  };
export const scalar: Rule = ({ receiver }) => columnOf(receiver);
export const entity: Rule = ({ receiver }) => receiver.of;
export const mapping: Rule = kind('mapping');
export const awaitable =
  (rule: Rule): Rule =>
  (asked) => {
    const of = rule(asked);
    return of ? { what: 'coroutine', of } : { what: 'coroutine' };
  };
export const scalars =
  (what: What): Rule =>
  ({ receiver }) => {
    const of = columnOf(receiver);
    return { what, ...(of && { of }), ...(receiver.joined && { joined: true }) };
  };
export const unique: Rule = ({ receiver: { joined: _, ...rest } }) => rest;

export const model: Rule = ({ receiver, argument }) => {
  const of = argument(0, 'entity');
  return of?.what === 'model-class'
    ? { what: 'model', loads: [], ...(of.class && { class: of.class }), session: receiver }
    : undefined;
};

export const executed: Rule = ({ receiver, argument }) => read('result', receiver, argument(0, 'statement'));
export const scalarOf: Rule = ({ receiver, argument }) =>
  columnOf(read('result', receiver, argument(0, 'statement')));
export const scalarsOf =
  (what: What): Rule =>
  ({ receiver, argument }) => {
    const result = read('result', receiver, argument(0, 'statement'));
    return scalars(what)({ receiver: result, argument, arguments: () => undefined });
  };

/** SQLModel's `exec` unpacks the rows of a `select` of one thing. */
export const executedBySqlmodel: Rule = (asked) => {
  const statement = asked.argument(0, 'statement');
  if (!statement?.rows) return undefined;
  return statement.rows.length === 1 ? scalarsOf('scalar-result')(asked) : executed(asked);
};

/** `query(User)`, `select(User, Post)`: what each argument stands for in a row. */
export const rowsOf = (args: readonly (Kind | undefined)[] | undefined): Kind['rows'] =>
  args?.map((each) =>
    each?.what === 'model-class' ? { what: 'model', ...(each.class && { class: each.class }) } : undefined,
  );

export const queried: Rule = ({ receiver, arguments: all }) => {
  const rows = rowsOf(all());
  return { what: 'query', session: receiver, loads: [], ...(rows && { rows }) };
};

export const each = (names: string, rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]));

export const context =
  (what: 'context' | 'async-context', of: What): Rule =>
  () => ({
    what,
    of: { what: of },
    ...(what === 'async-context' && { awaitable: true }),
  });

export function awaited(rules: Record<string, Rule>): Record<string, Rule> {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, awaitable(rule)]));
}
