import data from './gone-names.json' with { type: 'json' };
import { isDatabaseName } from './names.ts';

export interface Gone {
  /** Of PyPI, normalised: `flask-sqlalchemy`. */
  package: string;
  /** The first release, or line of releases, without the name: `1.4`. */
  since: string;
}

interface Moved {
  module: string;
  name: string;
}

const inside = (module: string, names: Record<string, string>): [string, Moved][] =>
  Object.entries(names).map(([old, name]) => [`${module}.${old}`, { module, name }]);

/** The private names that the classes of expressions had up to 0.8: in 1.4 each is the very class, under both names. */
const EXPRESSIONS = {
  _BinaryExpression: 'BinaryExpression',
  _BindParamClause: 'BindParameter',
  _Case: 'Case',
  _Cast: 'Cast',
  _Executable: 'Executable',
  _Exists: 'Exists',
  _Extract: 'Extract',
  _False: 'False_',
  _FromGrouping: 'FromGrouping',
  _Grouping: 'Grouping',
  _Label: 'Label',
  _Null: 'Null',
  _Over: 'Over',
  _ScalarSelect: 'ScalarSelect',
  _SelectBase: 'SelectBase',
  _TextClause: 'TextClause',
  _True: 'True_',
  _Tuple: 'Tuple',
  _TypeClause: 'TypeClause',
  _UnaryExpression: 'UnaryExpression',
};

/** Names of SQLAlchemy that a release took away, and what is there in their place: read off 1.3.24, 1.4.54 and 2.0.58. */
export const RENAMED: Readonly<Record<string, Moved>> = Object.fromEntries([
  ...inside('sqlalchemy.orm', {
    relation: 'relationship',
    eagerload: 'joinedload',
    compile_mappers: 'configure_mappers',
  }),
  ...inside('sqlalchemy', { Binary: 'LargeBinary', PassiveDefault: 'DefaultClause' }),
  ...inside('sqlalchemy.types', { Binary: 'LargeBinary' }),
  ...inside('sqlalchemy.schema', { PassiveDefault: 'DefaultClause' }),
  ...inside('sqlalchemy.sql.expression', EXPRESSIONS),
  ['sqlalchemy.ext.declarative.clsregistry', { module: 'sqlalchemy.orm', name: 'clsregistry' }],
  ['sqlalchemy.engine.RowProxy', { module: 'sqlalchemy.engine', name: 'Row' }],
  ['sqlalchemy.engine.result.RowProxy', { module: 'sqlalchemy.engine', name: 'Row' }],
  ['sqlalchemy.engine.base.RowProxy', { module: 'sqlalchemy.engine', name: 'Row' }],
]);

/** Where Flask-SQLAlchemy 3 has what `from flask_sqlalchemy import …` gave: read off the installed 3.1.1. */
export const FLASK_SQLALCHEMY_HOMES: Readonly<Record<string, Moved>> = {
  BaseQuery: { module: 'flask_sqlalchemy.query', name: 'Query' },
  Model: { module: 'flask_sqlalchemy.model', name: 'Model' },
  Pagination: { module: 'flask_sqlalchemy.pagination', name: 'Pagination' },
  SignallingSession: { module: 'flask_sqlalchemy.session', name: 'Session' },
  get_debug_queries: { module: 'flask_sqlalchemy.record_queries', name: 'get_recorded_queries' },
};

type Lost = Record<string, Record<string, string>>;

/** Of each dotted name, by what took it away. Made by scripts/gone-names/make.py from the installed releases themselves. */
const GONE: ReadonlyMap<string, Gone> = new Map(
  Object.entries(data as Record<string, Lost>).flatMap(([name, lines]) =>
    Object.entries(lines).flatMap(([since, modules]) =>
      Object.entries(modules).flatMap(([module, names]) =>
        names.split(' ').map((each) => [`${module}.${each}`, { package: name, since }] as [string, Gone]),
      ),
    ),
  ),
);

/** The last parts of those names. */
export const GONE_WORDS: ReadonlySet<string> = new Set([...GONE.keys()].map((name) => lastPart(name)));

/** The packages of which something is known, as their modules are called. */
export const GONE_FROM =
  /^(sqlalchemy|alembic|pydantic|flask_sqlalchemy|sqlalchemy_utils|sqlmodel|zope\.sqlalchemy)(\.|$)/;

/** The release that took a dotted name away, or the module it is in; undefined for what is still there, and for what nobody ever had. */
export function goneSince(name: string): Gone | undefined {
  const gone = GONE.get(name);
  return gone || !name.includes('.') ? gone : goneSince(name.slice(0, name.lastIndexOf('.')));
}

/** The same, where no repair of ours gives what took the name's place. */
export function goneForGood(name: string): Gone | undefined {
  const gone = goneSince(name);
  return gone && isRepaired(name) ? undefined : gone;
}

/** Where pydantic 1 had BaseSettings; pydantic 2 raises PydanticImportError for the first and ImportError for the other. */
export const OLD_BASE_SETTINGS: ReadonlySet<string> = new Set([
  'pydantic.BaseSettings',
  'pydantic.env_settings.BaseSettings',
]);

function isRepaired(name: string): boolean {
  return (
    Object.hasOwn(RENAMED, name) ||
    /^sqlalchemy\.databases(\.|$)/.test(name) ||
    OLD_BASE_SETTINGS.has(name) ||
    (/^flask_sqlalchemy\.\w+$/.test(name) && Object.hasOwn(FLASK_SQLALCHEMY_HOMES, lastPart(name))) ||
    (/^(sqlalchemy|sqlmodel)\./.test(name) && isDatabaseName(lastPart(name)))
  );
}

/** `relation` of `sqlalchemy.orm.relation`. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
