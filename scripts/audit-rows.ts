import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One change to a copy of the healthy backend. */
export type Change =
  | { file: string; old: string; new: string }
  | { file: string; remove: true }
  | { file: string; create: string };

type Judged = { before: string; by: string; after: string; holds: boolean };
type Run = (args: string[]) => Promise<{ code: number; out: string }>;
type Report = {
  changes: { transform: string; file: string; why: string; docs: string; files: unknown[] }[];
  verdicts: { baseline?: { error: string; explainedBy?: string } }[];
};

/** One row of the seed: how a backend is broken in it alone, and what shows it. */
export interface Row {
  task: string;
  says: string;
  how: string;
  broken: Change[];
  /** `reported`: the tool does not repair it, it says so. */
  by: 'repaired' | 'reported';
  transform?: string;
  /** More words for `verify`. */
  args?: string[];
  shows:
    | { kind: 'check'; id: string }
    | { kind: 'finding' }
    | {
        kind: 'evidence';
        what: string;
        judge(folder: string, report: Report | undefined, run: Run): Judged | Promise<Judged>;
      };
}

const DATABASE = 'src/core/database.py';
const MAIN = 'src/main.py';
const IMPORTS = 'from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine\n';
const ASYNCPG = 'asyncpg>=0.29.0  # the async PostgreSQL driver that the database address names\n';
const FACTORY = 'async_sessionmaker(\n    engine,\n    class_=AsyncSession,\n    expire_on_commit=False,\n)';
const INCLUDE = 'app.include_router(auth.router, prefix="/api/auth", tags=["Authentication"])\n';
const SESSION = 'from sqlmodel.ext.asyncio.session import AsyncSession\n';
const URL = 'postgresql+asyncpg://';

function change(file: string, old: string, text: string): Change {
  return { file, old, new: text };
}

const broken = {
  noEngineImport: [
    change(DATABASE, IMPORTS, 'from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker\n'),
  ],
  wrongEngineHome: [
    change(DATABASE, IMPORTS, 'from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine\n'),
    change(DATABASE, SESSION, 'from sqlmodel.ext.asyncio.session import AsyncSession, AsyncEngine\n'),
  ],
  syncDriver: [change('requirements.txt', ASYNCPG, 'psycopg2-binary>=2.9.9\n')],
  syncFactory: [
    change(
      DATABASE,
      IMPORTS,
      'from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine\nfrom sqlalchemy.orm import sessionmaker\n',
    ),
    change(DATABASE, FACTORY, 'sessionmaker(\n    engine,\n    expire_on_commit=False,\n)'),
  ],
  plainUrl: [change('.env', URL, 'postgresql://')],
  noRouter: [change(MAIN, `from .api import auth  # noqa: E402\n\n${INCLUDE}`, '')],
  noInclude: [change(MAIN, INCLUDE, '')],
} satisfies Record<string, Change[]>;

function repaired(
  task: string,
  says: string,
  how: string,
  changes: Change[],
  transform: string,
  check?: string,
): Row {
  const shows = check ? ({ kind: 'check', id: check } as const) : ({ kind: 'finding' } as const);
  return { task, says, how, broken: changes, by: 'repaired', transform, shows };
}

function reported(task: string, says: string, how: string, changes: Change[], check: string): Row {
  return { task, says, how, broken: changes, by: 'reported', shows: { kind: 'check', id: check } };
}

function evidence(
  task: string,
  says: string,
  how: string,
  changes: Change[],
  transform: string,
  what: string,
  judge: Extract<Row['shows'], { kind: 'evidence' }>['judge'],
): Row {
  return {
    task,
    says,
    how,
    broken: changes,
    by: 'repaired',
    transform,
    shows: { kind: 'evidence', what, judge },
  };
}

/** The backup of a file as the broken variant had it. */
function backupOf(file: string, marker: string): Extract<Row['shows'], { kind: 'evidence' }>['judge'] {
  return (folder) => {
    const runs = join(folder, '.fix-backend/runs');
    const backups = readdirSync(runs).flatMap((id) =>
      readdirSync(join(runs, id, 'backups')).map((name) => join(runs, id, 'backups', name)),
    );
    const found = backups
      .map((path) => ({ path, bytes: readFileSync(path) }))
      .find(({ bytes }) => bytes.includes(marker));
    const named = found?.path.endsWith(createHash('sha256').update(found.bytes).digest('hex'));
    const now = readFileSync(join(folder, file), 'utf8');
    return {
      before: 'no backup',
      by: 'the run',
      after: found ? `backup of ${file}, named by its hash` : 'no backup',
      holds: named === true && !now.includes(marker),
    };
  };
}

const IMPORT_NAMES = 'python/import-database-names';
const UNUSED = 'python/remove-unused-database-import';

export const ROWS: Row[] = [
  evidence(
    'T001',
    'capture the error of the start',
    'create_async_engine is not imported',
    broken.noEngineImport,
    IMPORT_NAMES,
    'the baseline',
    (_folder, report) => {
      const baseline = report?.verdicts[0]?.baseline;
      const explained = baseline?.explainedBy?.startsWith(IMPORT_NAMES) ?? false;
      return {
        before: `kept: ${baseline?.error}`,
        by: `explained by ${baseline?.explainedBy}`,
        after: 'the server starts',
        holds: explained && /NameError/.test(baseline?.error ?? ''),
      };
    },
  ),
  evidence(
    'T002',
    'back requirements.txt up',
    'the manifest requires psycopg2',
    broken.syncDriver,
    'settings/require-database-driver',
    'the backup',
    backupOf('requirements.txt', 'psycopg2-binary'),
  ),
  evidence(
    'T003',
    'back database.py up',
    'the factory is synchronous',
    broken.syncFactory,
    'python/use-async-sessionmaker',
    'the backup',
    backupOf(DATABASE, '= sessionmaker('),
  ),
  {
    ...reported(
      'T004',
      'the Python version is one that is allowed',
      'pyproject.toml wants a Python that is not here',
      [
        {
          file: 'pyproject.toml',
          create: '[project]\nname = "todo"\nversion = "1"\nrequires-python = ">=3.99"\n',
        },
      ],
      'python',
    ),
    args: ['--python', 'python3'],
  },
  repaired(
    'T005',
    'asyncpg takes the place of psycopg2',
    'the manifest requires psycopg2',
    broken.syncDriver,
    'settings/require-database-driver',
    'driver',
  ),
  reported(
    'T006',
    'the requirements install',
    'a version that does not exist',
    [change('requirements.txt', ASYNCPG, 'asyncpg>=999\n')],
    'install',
  ),
  repaired(
    'T007',
    'asyncpg is installed',
    'the manifest requires psycopg2',
    broken.syncDriver,
    'settings/require-database-driver',
    'driver',
  ),
  repaired(
    'T008',
    'no create_engine beside SQLModel',
    'create_engine is imported and unused',
    [change(DATABASE, 'from sqlmodel import SQLModel\n', 'from sqlmodel import SQLModel, create_engine\n')],
    UNUSED,
  ),
  repaired(
    'T009',
    'SQLModel is imported from sqlmodel',
    'SQLModel is used and not imported',
    [change(DATABASE, 'from sqlmodel import SQLModel\n', '')],
    IMPORT_NAMES,
    'tables',
  ),
  repaired(
    'T010',
    'the async engine is imported',
    'create_async_engine is not imported',
    broken.noEngineImport,
    IMPORT_NAMES,
    'configuration',
  ),
  repaired(
    'T011',
    'AsyncEngine comes from SQLAlchemy',
    'AsyncEngine is imported from SQLModel',
    broken.wrongEngineHome,
    IMPORT_NAMES,
    'configuration',
  ),
  repaired(
    'T012',
    'AsyncSession stays SQLModel’s',
    'AsyncSession is imported from SQLAlchemy, and exec is used',
    [change(DATABASE, SESSION, 'from sqlalchemy.ext.asyncio import AsyncSession\n')],
    'python/use-sqlmodel-session',
  ),
  repaired(
    'T013',
    'no sessionmaker from sqlalchemy.orm',
    'sessionmaker is imported and unused',
    [change(DATABASE, IMPORTS, `${IMPORTS}from sqlalchemy.orm import sessionmaker\n`)],
    UNUSED,
  ),
  repaired(
    'T014',
    'every module can be imported',
    'AsyncEngine is imported from SQLModel',
    broken.wrongEngineHome,
    IMPORT_NAMES,
    'imports',
  ),
  reported(
    'T015',
    'import errors that remain are named',
    'main.py imports a module that is not there',
    [
      change(
        MAIN,
        'from .core.config import settings\n',
        'from .core.config import settings\nfrom .core.missing import nothing\n',
      ),
    ],
    'imports',
  ),
  repaired(
    'T016',
    'the engine is made with create_async_engine',
    'the engine is made with create_engine',
    [
      change(
        DATABASE,
        IMPORTS,
        'from sqlalchemy import create_engine\nfrom sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker\n',
      ),
      change(DATABASE, '= create_async_engine(', '= create_engine('),
    ],
    'python/use-async-engine',
    'session',
  ),
  repaired(
    'T017',
    'no unused pool import',
    'NullPool is imported and unused',
    [change(DATABASE, IMPORTS, `${IMPORTS}from sqlalchemy.pool import NullPool\n`)],
    UNUSED,
  ),
  repaired(
    'T018',
    'the options fit the engine',
    'NullPool beside pool_size',
    [
      change(DATABASE, IMPORTS, `${IMPORTS}from sqlalchemy.pool import NullPool\n`),
      change(DATABASE, '    pool_size=5,\n', '    poolclass=NullPool,\n    pool_size=5,\n'),
    ],
    'python/correct-engine-options',
    'configuration',
  ),
  repaired(
    'T019',
    'the factory is async_sessionmaker',
    'the factory is sessionmaker',
    broken.syncFactory,
    'python/use-async-sessionmaker',
    'session',
  ),
  repaired(
    'T020',
    'no autocommit and autoflush',
    'both are there',
    [
      change(
        DATABASE,
        '    expire_on_commit=False,\n',
        '    expire_on_commit=False,\n    autocommit=False,\n    autoflush=False,\n',
      ),
    ],
    'python/remove-autoflush-false',
  ),
  repaired(
    'T021',
    'the factory has class_=AsyncSession',
    'class_ is missing, and exec is used',
    [change(DATABASE, '    class_=AsyncSession,\n', '')],
    'python/use-sqlmodel-session',
  ),
  repaired(
    'T022',
    'the address in .env names asyncpg',
    'it names no driver',
    broken.plainUrl,
    'settings/name-database-driver',
    'server',
  ),
  repaired(
    'T023',
    'the address in .env is put right',
    'it begins with postgres://',
    [change('.env', URL, 'postgres://')],
    'settings/name-database-driver',
    'configuration',
  ),
  repaired(
    'T024',
    'the default in config.py is right',
    'the default names psycopg2',
    [change('src/core/config.py', URL, 'postgresql+psycopg2://')],
    'settings/name-database-driver',
  ),
  repaired(
    'T025',
    'the configuration loads',
    'the address names psycopg2',
    [change('.env', URL, 'postgresql+psycopg2://')],
    'settings/name-database-driver',
    'configuration',
  ),
  repaired(
    'T026',
    'init_db works',
    'create_all is given the async engine',
    [
      change(
        DATABASE,
        'await conn.run_sync(SQLModel.metadata.create_all)',
        'SQLModel.metadata.create_all(bind=engine)',
      ),
    ],
    'python/create-tables-with-run-sync',
    'tables',
  ),
  repaired(
    'T027',
    'get_session works',
    'the factory is synchronous',
    broken.syncFactory,
    'python/use-async-sessionmaker',
    'session',
  ),
  reported(
    'T028',
    'the application is whole',
    'it is a plain object',
    [
      change(
        MAIN,
        '# Cross-origin requests\n',
        'served, app = app, object()\napp = None\n# Cross-origin requests\n',
      ),
    ],
    'application',
  ),
  repaired(
    'T029',
    'the lifespan calls init_db',
    'the call is missing',
    [change(MAIN, '        await init_db()\n', '        pass\n')],
    'python/call-database-setup',
    'tables',
  ),
  reported(
    'T030',
    'CORS lets the configured origins in',
    'one text stands where a list belongs',
    [change(MAIN, 'allow_origins=settings.CORS_ORIGINS', 'allow_origins=settings.CORS_ORIGINS[0]')],
    'cors',
  ),
  repaired(
    'T031',
    'the auth router is imported',
    'neither import nor registration',
    broken.noRouter,
    'python/register-router',
    'routers',
  ),
  repaired(
    'T032',
    'the auth router is registered',
    'it is imported only',
    broken.noInclude,
    'python/register-router',
    'routers',
  ),
  reported(
    'T033',
    'there is a health route',
    'it answers 500',
    [
      change(
        MAIN,
        '    return {\n        "status": "healthy",',
        '    raise RuntimeError("ill")\n    return {\n        "status": "healthy",',
      ),
    ],
    'health',
  ),
  repaired(
    'T034',
    'src/__init__.py is there',
    'it is missing',
    [{ file: 'src/__init__.py', remove: true }],
    'python/create-package-file',
  ),
  repaired(
    'T035',
    'the __main__ block starts the application',
    'it names another attribute',
    [change(MAIN, '"src.main:app",', '"src.main:application",')],
    'settings/correct-server-target',
    'main-block',
  ),
  repaired(
    'T036',
    'the server starts',
    'AsyncEngine is imported from SQLModel',
    broken.wrongEngineHome,
    IMPORT_NAMES,
    'server',
  ),
  repaired(
    'T037',
    'it starts without an import error',
    'create_async_engine is not imported',
    broken.noEngineImport,
    IMPORT_NAMES,
    'server',
  ),
  repaired(
    'T038',
    '/health answers',
    'create_async_engine is not imported',
    broken.noEngineImport,
    IMPORT_NAMES,
    'health',
  ),
  repaired(
    'T039',
    'the log says that the database is initialised',
    'the address names no driver',
    broken.plainUrl,
    'settings/name-database-driver',
    'database-log',
  ),
  repaired(
    'T040',
    '/api/auth answers',
    'the address names no driver, so the routes are not served',
    broken.plainUrl,
    'settings/name-database-driver',
    'routes',
  ),
  repaired(
    'T041',
    'a full start shows no defect',
    'dispose is not awaited',
    [change(DATABASE, '    await engine.dispose()\n', '    engine.dispose()\n')],
    'python/await-engine-dispose',
    'log',
  ),
  repaired(
    'T042',
    'SC-001: no import error',
    'create_async_engine is not imported',
    broken.noEngineImport,
    IMPORT_NAMES,
    'imports',
  ),
  repaired(
    'T043',
    'SC-005: the database is initialised',
    'the address names no driver',
    broken.plainUrl,
    'settings/name-database-driver',
    'tables',
  ),
  repaired(
    'T044',
    'SC-006: every router is registered',
    'the router is not registered',
    broken.noInclude,
    'python/register-router',
    'routers',
  ),
  repaired(
    'T045',
    'SC-008: versions that fit together',
    'SQLAlchemy 2.1 without greenlet',
    [change('requirements.txt', 'sqlalchemy[asyncio]', 'sqlalchemy')],
    'settings/require-asyncio-extra',
    'imports',
  ),
  evidence(
    'T046',
    'each change is documented',
    'the factory is synchronous',
    broken.syncFactory,
    'python/use-async-sessionmaker',
    'the report',
    (_folder, report) => {
      const [first] = report?.changes ?? [];
      const whole = Boolean(first?.file && first.why && first.docs && first.files.length > 0);
      return {
        before: 'no report',
        by: 'the run',
        after: `${report?.changes.length} change with path, old, new, why and source`,
        holds: whole,
      };
    },
  ),
  evidence(
    'T047',
    'the backups are cleaned up',
    'an unused import, repaired',
    [change(DATABASE, IMPORTS, `${IMPORTS}from sqlalchemy.pool import StaticPool\n`)],
    UNUSED,
    'fix-backend clean',
    async (folder, _report, run) => {
      const runs = join(folder, '.fix-backend/runs');
      const before = existsSync(runs) ? readdirSync(runs).length : 0;
      const { code } = await run(['clean', folder]);
      const after = existsSync(runs) ? readdirSync(runs).length : 0;
      return {
        before: `${before} run with backups`,
        by: 'clean',
        after: `${after} left`,
        holds: before === 1 && after === 0 && code === 0,
      };
    },
  ),
  evidence(
    'T048',
    'a comment says why asyncpg',
    'the manifest requires psycopg2',
    broken.syncDriver,
    'settings/require-database-driver',
    'the comment',
    (folder) => {
      const line = /^asyncpg.*$/m.exec(readFileSync(join(folder, 'requirements.txt'), 'utf8'))?.[0] ?? '';
      return {
        before: 'psycopg2-binary>=2.9.9',
        by: 'repaired: settings/require-database-driver',
        after: line,
        holds: /asyncpg>=0\.29\.0\s+#.*driver/.test(line),
      };
    },
  ),
  repaired(
    'T049',
    'it starts again',
    'create_async_engine is not imported',
    broken.noEngineImport,
    IMPORT_NAMES,
    'restart',
  ),
  reported(
    'T050',
    'no import cycle',
    'database.py and auth.py import each other',
    [
      change(
        DATABASE,
        'from .config import settings\n',
        'from .config import settings\nfrom ..api.auth import router  # noqa: F401\n',
      ),
    ],
    'cycles',
  ),
];
