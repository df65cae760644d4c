import type { PythonClass } from '../../languages/python/classes.ts';
import type { PythonDocument } from '../../languages/python/document.ts';
import type { Node } from '../../languages/python/tree.ts';

/** What an expression is at run time, as far as the database layer is concerned. */
export type What =
  | 'engine'
  | 'async-engine'
  | 'session-factory'
  | 'async-session-factory'
  | 'session'
  | 'async-session'
  | 'connection'
  | 'async-connection'
  | 'transaction'
  | 'async-transaction'
  /** `session.query(…)`. */
  | 'query'
  /** `select(…)`, `insert(…)`, `text(…)` … */
  | 'statement'
  | 'result'
  | 'scalar-result'
  | 'mapping-result'
  /** What `await session.stream(…)` gives. */
  | 'async-result'
  | 'async-scalar-result'
  | 'async-mapping-result'
  | 'row'
  | 'mapping'
  /** An instance of a mapped class. */
  | 'model'
  | 'model-class'
  /** `User.posts`, the attribute of the class. */
  | 'relationship'
  /** `relationship(…)` itself, the call in the class's body. */
  | 'relationship-call'
  /** What `SQLAlchemy()` of Flask-SQLAlchemy gives. */
  | 'flask-sqlalchemy'
  /** Anything that holds many of `of` and is read with `for`. */
  | 'list'
  | 'generator'
  | 'async-generator'
  /** Gives `of` to `with`, or to `async with`. */
  | 'context'
  | 'async-context'
  /** Gives `of` when it is awaited. */
  | 'coroutine'
  /** A function of the project (`definition`), or one whose annotation says what it gives (`of`). */
  | 'function'
  /** A method of something of the database: `on` and `name`. */
  | 'method'
  /** A class of the project that is no model, and an instance of one. */
  | 'class'
  | 'instance'
  | 'super'
  /** A module of the project (`document`). */
  | 'module'
  /** A name of a package, of the standard library or of the builtins: `name` is its dotted name. */
  | 'external'
  | 'none'
  /** A value that is none of these: a number, a string, what `session.add(…)` returns. */
  | 'plain'
  /** Being looked at; only inside the model. */
  | 'pending';

export interface Kind {
  what: What;
  /** Of sessions, factories and statements: whose they are. SQLAlchemy's own sessions have no `exec`. */
  flavour?: 'sqlalchemy' | 'sqlmodel';
  /** What a coroutine, context manager, generator, list, scalar result or annotated callable gives. */
  of?: Kind;
  /** What each column of a statement, query, result or row is: `select(User, Post.id)` has a model and an unknown. */
  rows?: readonly (Kind | undefined)[];
  /** The class of a model, a model class, an instance, or of a session whose class is the project's own. */
  class?: PythonClass;
  /** A function's, and the document it is written in; of a module, the module itself. */
  document?: PythonDocument;
  definition?: Node;
  /** Of a function that is a method: what it is called on. */
  bound?: boolean;
  /** Of a method: its receiver. */
  on?: Kind;
  /** Of a method, an external name, a relationship: what it is called. */
  name?: string;
  /** Also given by `await`: `await engine.connect()`. */
  awaitable?: boolean;
  /** `scoped_session`: a session that is called like a factory too. */
  scoped?: boolean;
  /** Of a factory, a session or a statement: the call that made it, where that is one. */
  made?: { document: PythonDocument; node: Node };
  /** Of what a session gives: the session that gave it. */
  session?: Kind;
  /** Of a statement and what is read with it: relationships that its options load; undefined where that cannot be told. */
  loads?: readonly string[];
  /** Of the same: a collection is joined to it, so that its rows repeat until `unique()` is called. */
  joined?: boolean;
  /** Where its classes alone do that, the names of the collections: an option for each of them undoes it. */
  joinedBy?: readonly string[];
  /** Of a statement and what is read with it: the call of `select`. */
  selected?: { document: PythonDocument; node: Node };
  /** Of `user.posts`: the relationship that was read. */
  relationship?: { class: PythonClass; name: string };
}

/** Not yet known; what is made of it is not known either. */
export const PENDING: Kind = { what: 'pending' };
export const PLAIN: Kind = { what: 'plain' };
export const NONE: Kind = { what: 'none' };

/** True where two expressions are of one kind; which call made them does not count. */
export function isSameKind(a: Kind | undefined, b: Kind | undefined): boolean {
  if (!a || !b) return a === b;
  if (a === b) return true;
  return (
    a.what === b.what &&
    a.flavour === b.flavour &&
    a.name === b.name &&
    a.scoped === b.scoped &&
    a.awaitable === b.awaitable &&
    a.bound === b.bound &&
    a.class?.definition.id === b.class?.definition.id &&
    a.class?.document.path === b.class?.document.path &&
    a.definition?.id === b.definition?.id &&
    a.document?.path === b.document?.path &&
    isSameKind(a.of, b.of) &&
    isSameKind(a.on, b.on) &&
    haveSameRows(a.rows, b.rows)
  );
}

function haveSameRows(a: Kind['rows'], b: Kind['rows']): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((row, at) => isSameKind(row, b[at]));
}

/**
 * The one kind of an expression that may be any of these: `None` does not count, and an unknown makes all of it unknown.
 * Nothing is asked for behind what makes it unknown.
 */
export function merged(kinds: Iterable<Kind | undefined>): Kind | undefined {
  let one: Kind | undefined;
  let weak: Kind | undefined;
  for (const kind of kinds) {
    if (kind === PENDING) weak = PENDING;
    else if (kind?.what === 'none') weak ??= NONE;
    else {
      one = kind && one ? common(one, kind) : kind;
      if (!one) return undefined;
    }
  }
  return one ?? weak;
}

/** What two kinds have in common: sessions of both packages are sessions, two statements are a statement. */
function common(a: Kind, b: Kind): Kind | undefined {
  if (a.what !== b.what) return undefined;
  if (isSameKind(a, b)) return withoutSingle(a, b);
  const open = OPEN.has(a.what);
  return open
    ? withoutSingle({ what: a.what, ...(a.flavour === b.flavour && a.flavour && { flavour: a.flavour }) }, b)
    : undefined;
}

const OPEN: ReadonlySet<string> = new Set([
  'engine',
  'async-engine',
  'session-factory',
  'async-session-factory',
  'session',
  'async-session',
  'connection',
  'async-connection',
  'query',
  'statement',
  'result',
  'scalar-result',
  'row',
  'plain',
]);

type Made = NonNullable<Kind['made']>;

function isSamePlace(a: Made, b: Made | undefined): boolean {
  return a.node.id === b?.node.id && a.document.path === b.document.path;
}

/** Leaves out what only one of two equal kinds says. */
function withoutSingle(a: Kind, b: Kind): Kind {
  const { made, selected, loads, joined, joinedBy: _, session, relationship, ...kind } = a;
  return {
    ...kind,
    ...(made && isSamePlace(made, b.made) && { made }),
    ...(selected && isSamePlace(selected, b.selected) && { selected }),
    ...(loads && b.loads && { loads: loads.filter((name) => b.loads?.includes(name)) }),
    ...(joined && b.joined && { joined }),
    ...(session && isSameKind(session, b.session) && { session }),
    ...(relationship && relationship.name === b.relationship?.name && { relationship }),
  };
}
