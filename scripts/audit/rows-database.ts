import { ASYNC_IMPORT, CONFIG, DATABASE, plainAddress, SCHEME, syncFactory } from './broken.ts';
import { notImported, options, written } from './questions.ts';
import { type Change, change, follows, line, type Row, repaired } from './row.ts';

const NAME_DRIVER = 'settings/name-database-driver';
const ADDRESS = 'DATABASE_URL=postgresql+asyncpg://postgres:postgres@localhost:5432/fixb_todo\n';
const POOL_IMPORT = `${ASYNC_IMPORT}from sqlalchemy.pool import NullPool\n`;

const oldOptions: Change[] = [
  change(
    DATABASE,
    '    expire_on_commit=False,\n',
    '    expire_on_commit=False,\n    autocommit=False,\n    autoflush=False,\n',
  ),
];
const noClass: Change[] = [change(DATABASE, '    class_=AsyncSession,\n', '')];

/** Engine, session factory, address. */
export const DATABASE_ROWS: Row[] = [
  {
    task: 'T016',
    says: 'the engine is made with create_async_engine',
    how: 'it is made with create_engine',
    broken: [
      change(
        DATABASE,
        ASYNC_IMPORT,
        'from sqlalchemy import create_engine\nfrom sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker\n',
      ),
      change(DATABASE, '= create_async_engine(', '= create_engine('),
    ],
    by: repaired('python/use-async-engine'),
    question: line('session'),
  },
  {
    task: 'T017',
    says: 'no unused NullPool',
    how: 'it is imported and unused',
    broken: [change(DATABASE, ASYNC_IMPORT, POOL_IMPORT)],
    by: repaired('python/remove-unused-database-import'),
    question: notImported('NullPool', 'sqlalchemy.pool'),
  },
  {
    task: 'T018',
    says: 'the options fit the engine',
    how: 'NullPool beside pool_size and max_overflow',
    broken: [
      change(DATABASE, ASYNC_IMPORT, POOL_IMPORT),
      change(DATABASE, '    pool_size=5,\n', '    poolclass=NullPool,\n    pool_size=5,\n'),
    ],
    by: repaired('python/correct-engine-options'),
    question: line('configuration'),
  },
  {
    task: 'T019',
    says: 'the factory is async_sessionmaker',
    how: 'it is sessionmaker',
    broken: syncFactory,
    by: repaired('python/use-async-sessionmaker'),
    question: line('session'),
  },
  {
    task: 'T020',
    says: 'no autocommit and no autoflush',
    how: 'both are there (both repairs are unsafe ones, taken by --unsafe)',
    broken: oldOptions,
    by: repaired('python/remove-autocommit-false'),
    question: options('async_sessionmaker', { autocommit: null }),
  },
  {
    task: 'T020',
    says: 'no autocommit and no autoflush',
    how: 'both are there (both repairs are unsafe ones, taken by --unsafe)',
    broken: oldOptions,
    by: repaired('python/remove-autoflush-false'),
    question: options('async_sessionmaker', { autoflush: null }),
  },
  {
    task: 'T021',
    says: 'engine, class_=AsyncSession, expire_on_commit=False',
    how: 'class_ is missing, and auth.py calls exec',
    broken: noClass,
    by: repaired('python/use-sqlmodel-session'),
    question: line('routes'),
  },
  {
    task: 'T021',
    says: 'engine, class_=AsyncSession, expire_on_commit=False',
    how: 'the same',
    broken: noClass,
    by: repaired('python/use-sqlmodel-session'),
    question: options('async_sessionmaker', { class_: 'AsyncSession', expire_on_commit: 'False' }),
  },
  {
    task: 'T022',
    says: 'the address in .env names asyncpg',
    how: 'it names no driver',
    broken: plainAddress,
    by: repaired(NAME_DRIVER),
    question: line('server'),
  },
  {
    task: 'T023',
    says: 'the address in .env is put right',
    how: 'it begins with postgres://',
    broken: [change('.env', SCHEME, 'postgres://')],
    by: repaired(NAME_DRIVER),
    question: line('configuration'),
  },
  {
    task: 'T023',
    says: 'the address in .env is put right',
    how: 'the same',
    broken: [change('.env', SCHEME, 'postgres://')],
    by: repaired(NAME_DRIVER),
    question: written(
      '.env names asyncpg',
      '.env',
      /^DATABASE_URL=postgresql\+asyncpg:/,
      /^DATABASE_URL=postgres:/,
    ),
  },
  {
    task: 'T024',
    says: 'the address in config.py is right',
    how: 'its default names no driver, and .env has no address',
    broken: [change('.env', ADDRESS, ''), change(CONFIG, SCHEME, 'postgresql://')],
    by: repaired(NAME_DRIVER),
    question: line('configuration'),
  },
  {
    task: 'T025',
    says: 'the configuration loads without an async error',
    how: 'the address in .env names psycopg2',
    broken: [change('.env', SCHEME, 'postgresql+psycopg2://')],
    by: follows(NAME_DRIVER),
    question: line('configuration'),
  },
  {
    task: 'T026',
    says: 'init_db works with the async engine',
    how: 'create_all is given the engine itself',
    broken: [
      change(
        DATABASE,
        'await connection.run_sync(SQLModel.metadata.create_all)',
        'SQLModel.metadata.create_all(bind=engine)',
      ),
    ],
    by: repaired('python/create-tables-with-run-sync'),
    question: line('tables'),
  },
  {
    task: 'T027',
    says: 'get_session works with the async factory',
    how: 'the factory is synchronous',
    broken: syncFactory,
    by: follows('python/use-async-sessionmaker'),
    question: line('session'),
  },
];
