import { type GoneUse, goneUses } from '../../../src/backend/gone-uses.ts';
import { knownVersionOf, mayBeFrom, versionReason } from '../../../src/backend/package-version.ts';
import { isLoadedOnCondition } from '../../../src/backend/version-checks.ts';
import type { Transform } from '../../../src/transform.ts';

/** As people write them. */
const TITLES: Readonly<Record<string, string>> = {
  sqlalchemy: 'SQLAlchemy',
  alembic: 'Alembic',
  'flask-sqlalchemy': 'Flask-SQLAlchemy',
  'sqlalchemy-utils': 'SQLAlchemy-Utils',
  pydantic: 'pydantic',
  sqlmodel: 'SQLModel',
  'zope-sqlalchemy': 'zope.sqlalchemy',
};

/** The lines of releases that people move to. */
const NEWEST: Readonly<Record<string, string>> = {
  sqlalchemy: '2.1',
  pydantic: '2',
  'flask-sqlalchemy': '3.1',
};

export default {
  title: 'Report names that a release took away',
  why: 'The module has no such name any more, so that what imports it fails when the server starts; no other name gives the same.',
  safety: 'report',
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html',
  catalogue: ['py-wrong-import-core-names'],
  fixes: [
    /cannot import name '(\w+Extension|\w+Strategy|ConnectionProxy|PoolListener|ResultProxy|\w+load_all|pypostgresql|ThreadLocalMetaData)' from '(sqlalchemy|zope\.sqlalchemy)/,
    /cannot import name '(_ColumnEntity|_MapperEntity|_entity_descriptor|_literal_as_\w+|_rfc_1738_quote|_py_processors)' from 'sqlalchemy/,
    /cannot import name '(text_type|string_types|binary_type|int_types|with_metaclass|lightweight_named_tuple|KeyedTuple)' from 'sqlalchemy\.util/,
    /cannot import name '(GUID|primary_keys|CompositeArray|_QueryProperty|_BoundDeclarativeMeta|get_state)' from '(sqlmodel|sqlalchemy_utils|flask_sqlalchemy)/,
    /No module named 'sqlalchemy\.(interfaces|processors|orm\.deprecated_interfaces|engine\.(strategies|threadlocal)|ext\.mypy|dialects\.(firebird|sybase|postgres|drizzle)\b)/,
    /No module named '(sqlmodel\.engine|flask_sqlalchemy\.(_compat|utils)|sqlalchemy_utils\.(merge|decorators))/,
    /`pydantic[\w.:]+` has been removed in V2/,
    /cannot import name '(ModelField|ErrorWrapper|GetterDict|\w+_validator)' from 'pydantic\./,
    /The `__modify_schema__` method is not supported in Pydantic v2/,
    /If you use `@root_validator` with pre=False/,
    /No such event 'dbapi_error' for target/,
    /The 'sqlalchemy\.orm\.mapper\(\)' function is removed as of SQLAlchemy 2\.0/,
  ],
  literals: ['sqlalchemy', 'alembic', 'pydantic', 'sqlmodel'],
  detect(document, backend) {
    const uses = goneUses(document).filter((use) => mayBeFrom(backend, use.package, use.since));
    if (uses.length === 0 || isLoadedOnCondition(backend, document)) return [];
    return uses.map((use) => ({
      subject: use.name,
      at: document.place(use.node),
      message: `${whatIsGone(use)} ${TITLES[use.package]} ${use.since} (${versionReason(backend, use.package)}), so that ${whatFails(use)}.`,
      next: nextStep(use, knownVersionOf(backend, use.package) !== undefined),
    }));
  },
} satisfies Transform<'python'>;

function whatIsGone({ name, refused }: GoneUse): string {
  const dot = name.lastIndexOf('.');
  return `${refused ?? `${name.slice(0, dot)} has no ${name.slice(dot + 1)}`} since`;
}

function whatFails({ atImport }: GoneUse): string {
  return atImport ? 'this module cannot be imported' : 'this fails when it runs';
}

function nextStep(use: GoneUse, isPinned: boolean): string {
  const other = `or require ${use.package} below ${use.since}`;
  const rest = isPinned
    ? ''
    : ` What else newer releases break in this file is shown once that is done, or by --target ${use.package}==${NEWEST[use.package] ?? use.since}.`;
  return `${instead(use)}, ${other}.${use.atImport ? rest : ''}`;
}

/** What modules had by the way, since they import it from Python's own module. */
const OF_TYPING =
  /^(Any|Callable|ClassVar|Dict|ForwardRef|Generic|Iterable|Iterator|List|Literal|Mapping|Optional|Sequence|Set|Tuple|Type|TypeVar|Union)$/;

function instead({ name }: GoneUse): string {
  if (name === 'sqlalchemy.orm.mapper') return 'Map with registry().map_imperatively(…) of sqlalchemy.orm';
  if (/^sqlalchemy\..*(Extension|Proxy|Listener)$/.test(name))
    return 'Listen with sqlalchemy.event.listens_for in its place';
  if (name.endsWith('.dbapi_error'))
    return 'Listen for handle_error, whose one argument is a context with original_exception in it';
  if (name === 'pydantic.__modify_schema__') return 'Write __get_pydantic_json_schema__ beside it';
  if (name === 'pydantic.root_validator')
    return 'Write @root_validator(skip_on_failure=True), or model_validator of pydantic 2';
  if (/Strategy$/.test(name)) return 'Make engines with create_engine alone';
  if (name.endsWith('ZopeTransactionExtension')) return 'Call zope.sqlalchemy.register(session) in its place';
  if (/^sqlalchemy\.util\.(text_type|string_types|binary_type|int_types)$/.test(name))
    return "Use Python's own type, as it is on Python 3";
  const [last = ''] = /\w+$/.exec(name) ?? [];
  return OF_TYPING.test(last) ? `Import ${last} from typing` : 'Write it without';
}
