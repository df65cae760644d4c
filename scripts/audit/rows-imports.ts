import {
  ASYNC_IMPORT,
  DATABASE,
  MAIN,
  MODEL_IMPORT,
  noEngineImport,
  SESSION_IMPORT,
  wrongEngineHome,
} from './broken.ts';
import { importedFrom, notImported } from './questions.ts';
import { change, follows, line, type Row, repaired, reported } from './row.ts';

const IMPORT_NAMES = 'python/import-database-names';
const UNUSED = 'python/remove-unused-database-import';
const USE_SESSION = 'python/use-sqlmodel-session';
const SETTINGS_IMPORT = 'from .core.config import settings\n';

/** The imports of database.py. */
export const IMPORT_ROWS: Row[] = [
  {
    task: 'T008',
    says: 'no create_engine from sqlmodel',
    how: 'it is imported and unused',
    broken: [change(DATABASE, MODEL_IMPORT, 'from sqlmodel import SQLModel, create_engine\n')],
    by: repaired(UNUSED),
    question: notImported('create_engine', 'sqlmodel'),
  },
  {
    task: 'T009',
    says: 'SQLModel is imported from sqlmodel',
    how: 'SQLModel is used and not imported',
    broken: [change(DATABASE, MODEL_IMPORT, '')],
    by: repaired(IMPORT_NAMES),
    question: line('tables'),
  },
  {
    task: 'T010',
    says: 'the async engine is imported',
    how: 'create_async_engine is not imported',
    broken: noEngineImport,
    by: repaired(IMPORT_NAMES),
    question: line('configuration'),
  },
  {
    task: 'T011',
    says: 'AsyncEngine is not imported from SQLModel',
    how: 'it is',
    broken: wrongEngineHome,
    by: repaired(IMPORT_NAMES),
    question: line('configuration'),
  },
  {
    task: 'T012',
    says: 'AsyncSession stays SQLModel’s',
    how: 'database.py has SQLAlchemy’s, and auth.py calls exec',
    broken: [change(DATABASE, SESSION_IMPORT, 'from sqlalchemy.ext.asyncio import AsyncSession\n')],
    by: repaired(USE_SESSION),
    question: line('routes'),
  },
  {
    task: 'T012',
    says: 'AsyncSession stays SQLModel’s',
    how: 'the same',
    broken: [change(DATABASE, SESSION_IMPORT, 'from sqlalchemy.ext.asyncio import AsyncSession\n')],
    by: repaired(USE_SESSION),
    question: importedFrom('AsyncSession', 'sqlmodel.ext.asyncio.session'),
  },
  {
    task: 'T013',
    says: 'no sessionmaker from sqlalchemy.orm',
    how: 'it is imported and unused',
    broken: [change(DATABASE, ASYNC_IMPORT, `${ASYNC_IMPORT}from sqlalchemy.orm import sessionmaker\n`)],
    by: repaired(UNUSED),
    question: notImported('sessionmaker', 'sqlalchemy.orm'),
  },
  {
    task: 'T014',
    says: 'no import error is left',
    how: 'AsyncEngine is imported from SQLModel',
    broken: wrongEngineHome,
    by: follows(IMPORT_NAMES),
    question: line('imports'),
  },
  {
    task: 'T015',
    says: 'import errors that remain are documented',
    how: 'main.py imports a module that is not there',
    broken: [change(MAIN, SETTINGS_IMPORT, `${SETTINGS_IMPORT}from .core.metrics import count\n`)],
    by: reported(/src\/main\.py:\d+/),
    question: line('imports'),
  },
];
