import {
  ASYNC_IMPORT,
  DATABASE,
  noEngineImport,
  notIncluded,
  plainAddress,
  REQUIREMENTS,
  syncDriver,
  syncFactory,
} from './broken.ts';
import { documented, noBackups, written } from './questions.ts';
import { change, follows, line, type Row, repaired, reported } from './row.ts';

const CONFIG_IMPORT = 'from .config import settings\n';

/** The whole, once more, and what is written about it. */
export const LAST_ROWS: Row[] = [
  {
    task: 'T041',
    says: 'a full start and end shows no defect',
    how: 'dispose is not awaited',
    broken: [change(DATABASE, '    await engine.dispose()\n', '    engine.dispose()\n')],
    by: follows('python/await-engine-dispose'),
    question: line('log'),
  },
  {
    task: 'T042',
    says: 'SC-001: no import error',
    how: 'create_async_engine is not imported',
    broken: noEngineImport,
    by: follows('python/import-database-names'),
    question: line('imports'),
  },
  {
    task: 'T043',
    says: 'SC-005: the database is initialised at the start',
    how: 'the address names no driver',
    broken: plainAddress,
    by: follows('settings/name-database-driver'),
    question: line('tables'),
  },
  {
    task: 'T044',
    says: 'SC-006: every router is registered',
    how: 'the router is imported only',
    broken: notIncluded,
    by: repaired('python/register-router'),
    question: line('routers'),
  },
  {
    task: 'T045',
    says: 'SC-008: the versions fit together',
    how: 'a FastAPI that needs pydantic 1 beside settings that need pydantic 2',
    broken: [change(REQUIREMENTS, 'fastapi>=0.115.0', 'fastapi==0.99.1')],
    by: reported(/requirements\.txt/),
    question: line('versions'),
  },
  {
    task: 'T045',
    says: 'SC-008: the versions fit together',
    how: 'SQLAlchemy 2.1 without greenlet',
    broken: [change(REQUIREMENTS, 'sqlalchemy[asyncio]', 'sqlalchemy')],
    by: repaired('settings/require-asyncio-extra'),
    question: line('driver'),
  },
  {
    task: 'T046',
    says: 'each repair is documented',
    how: 'the session factory is synchronous',
    broken: syncFactory,
    by: { kind: 'run' },
    question: documented,
  },
  {
    task: 'T047',
    says: 'the backups are cleaned up',
    how: 'an unused import, repaired',
    broken: [change(DATABASE, ASYNC_IMPORT, `${ASYNC_IMPORT}from sqlalchemy.pool import StaticPool\n`)],
    by: { kind: 'command', words: ['clean'] },
    question: noBackups,
  },
  {
    task: 'T048',
    says: 'a comment says why asyncpg is required',
    how: 'requirements.txt requires psycopg2',
    broken: syncDriver,
    by: repaired('settings/require-database-driver'),
    question: written(
      'requirements.txt explains asyncpg',
      REQUIREMENTS,
      /^asyncpg\S*\s+#.*driver/,
      /^psycopg2/,
    ),
  },
  {
    task: 'T049',
    says: 'it starts again',
    how: 'the start makes tables that are there already',
    broken: [
      change(
        DATABASE,
        'connection.run_sync(SQLModel.metadata.create_all)',
        'connection.run_sync(SQLModel.metadata.create_all, checkfirst=False)',
      ),
    ],
    by: reported(/src\/core\/database\.py:\d+/),
    question: line('restart'),
  },
  {
    task: 'T050',
    says: 'SC-007: no import cycle',
    how: 'database.py and auth.py import each other',
    broken: [
      change(DATABASE, CONFIG_IMPORT, `from ..api.auth import router  # noqa: F401\n${CONFIG_IMPORT}`),
    ],
    by: reported(/src\/(core\/database|api\/auth)\.py:\d+/, { transform: 'python/report-import-cycle' }),
    question: line('cycles'),
  },
];
