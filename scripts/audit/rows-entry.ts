import {
  MAIN,
  noEngineImport,
  noRouter,
  notIncluded,
  plainAddress,
  syncFactory,
  wrongEngineHome,
} from './broken.ts';
import { change, follows, line, type Row, repaired, reported } from './row.ts';

const IMPORT_NAMES = 'python/import-database-names';
const SET_UP = 'python/call-database-setup';
const REGISTER = 'python/register-router';
const HEALTH = '    return {"status": "healthy", "environment": settings.ENVIRONMENT}\n';

/** main.py: application, lifespan, routers, target, and the start of all of it. */
export const ENTRY_ROWS: Row[] = [
  {
    task: 'T028',
    says: 'the application has title, description, version, lifespan',
    how: 'its version is a number, which no OpenAPI document takes',
    broken: [change(MAIN, '    version="1.0.0",\n', '    version=1.0,\n')],
    by: reported(/src\/main\.py/),
    question: line('application'),
  },
  {
    task: 'T029',
    says: 'the lifespan calls init_db and close_db',
    how: 'nothing calls init_db',
    broken: [change(MAIN, '    await init_db()\n', '')],
    by: repaired(SET_UP),
    question: line('lifespan'),
  },
  {
    task: 'T029',
    says: 'the lifespan calls init_db and close_db',
    how: 'nothing calls close_db',
    broken: [change(MAIN, '    await close_db()\n', '')],
    by: repaired(SET_UP),
    question: line('lifespan'),
  },
  {
    task: 'T030',
    says: 'CORS lets settings.CORS_ORIGINS in',
    how: 'one text stands where a list belongs',
    broken: [change(MAIN, 'allow_origins=settings.CORS_ORIGINS', 'allow_origins=settings.CORS_ORIGINS[0]')],
    by: reported(/src\/main\.py:\d+/),
    question: line('cors'),
  },
  {
    task: 'T031',
    says: 'the auth router is imported',
    how: 'neither import nor registration',
    broken: noRouter,
    by: repaired(REGISTER),
    question: line('routers'),
  },
  {
    task: 'T032',
    says: 'the auth router is registered',
    how: 'it is imported only',
    broken: notIncluded,
    by: repaired(REGISTER),
    question: line('routers'),
  },
  {
    task: 'T033',
    says: 'the health route works',
    how: 'it answers 500',
    broken: [change(MAIN, HEALTH, `    pings["health"] += 1\n${HEALTH}`)],
    by: reported(/src\/main\.py:\d+/),
    question: line('health'),
  },
  {
    task: 'T034',
    says: 'src.main:app can be found, src/__init__.py is there',
    how: 'it is missing, and the folder of the documented PYTHONPATH has another package src',
    broken: [
      { file: 'src/__init__.py', remove: true },
      { file: 'vendor/src/__init__.py', create: '' },
      { file: 'README.md', create: 'Start it: `PYTHONPATH=vendor uvicorn src.main:app --port 8080`\n' },
    ],
    by: repaired('python/create-package-file'),
    question: line('target'),
  },
  {
    task: 'T035',
    says: 'the __main__ block starts the application',
    how: 'it names another attribute',
    broken: [change(MAIN, 'uvicorn.run("src.main:app"', 'uvicorn.run("src.main:application"')],
    by: repaired('settings/correct-server-target'),
    question: line('main-block'),
  },
  {
    task: 'T036',
    says: 'the server starts',
    how: 'AsyncEngine is imported from SQLModel',
    broken: wrongEngineHome,
    by: follows(IMPORT_NAMES),
    question: line('server'),
  },
  {
    task: 'T037',
    says: 'it starts without an import error',
    how: 'create_async_engine is not imported',
    broken: noEngineImport,
    by: follows(IMPORT_NAMES),
    question: line('server'),
  },
  {
    task: 'T038',
    says: '/health answers with status and environment',
    how: 'create_async_engine is not imported',
    broken: noEngineImport,
    by: follows(IMPORT_NAMES),
    question: line('health'),
  },
  {
    task: 'T039',
    says: 'the log says that the database is initialised',
    how: 'the address names no driver',
    broken: plainAddress,
    by: follows('settings/name-database-driver'),
    question: line('database-log'),
  },
  {
    task: 'T040',
    says: 'the routes of /api/auth answer',
    how: 'the session factory is synchronous',
    broken: syncFactory,
    by: follows('python/use-async-sessionmaker'),
    question: line('routes'),
  },
];
