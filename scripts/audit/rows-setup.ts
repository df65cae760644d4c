import { DATABASE, DRIVER, noEngineImport, REQUIREMENTS, syncDriver, syncFactory } from './broken.ts';
import { backedUp, baseline, written } from './questions.ts';
import { change, follows, line, type Row, repaired, reported } from './row.ts';

const REQUIRE_DRIVER = 'settings/require-database-driver';

/** Before anything is changed, and the driver's requirement. */
export const SETUP_ROWS: Row[] = [
  {
    task: 'T001',
    says: 'capture the error of the start',
    how: 'create_async_engine is not imported',
    broken: noEngineImport,
    by: { kind: 'run' },
    question: baseline,
  },
  {
    task: 'T002',
    says: 'back requirements.txt up',
    how: 'it requires psycopg2',
    broken: syncDriver,
    by: { kind: 'run' },
    question: backedUp(REQUIREMENTS),
  },
  {
    task: 'T003',
    says: 'back database.py up',
    how: 'its session factory is synchronous',
    broken: syncFactory,
    by: { kind: 'run' },
    question: backedUp(DATABASE),
  },
  {
    task: 'T004',
    says: 'the Python version is one that is allowed',
    how: 'pyproject.toml wants a Python that nobody has',
    broken: [
      {
        file: 'pyproject.toml',
        create: '[project]\nname = "todo"\nversion = "1"\nrequires-python = ">=3.99"\n',
      },
    ],
    by: reported(/pyproject\.toml/, { words: ['--python', 'python3'] }),
    question: line('python'),
  },
  {
    task: 'T005',
    says: 'asyncpg takes the place of psycopg2',
    how: 'requirements.txt requires psycopg2',
    broken: syncDriver,
    by: repaired(REQUIRE_DRIVER),
    question: written(
      'requirements.txt has asyncpg>=0.29.0 and no psycopg2',
      REQUIREMENTS,
      /^asyncpg>=0\.29\.0/,
      /^psycopg2/,
    ),
  },
  {
    task: 'T006',
    says: 'the requirements install',
    how: 'a version that does not exist',
    broken: [change(REQUIREMENTS, DRIVER, 'asyncpg>=999\n')],
    by: reported(/requirements\.txt/),
    question: line('install'),
  },
  {
    task: 'T007',
    says: 'asyncpg is installed',
    how: 'requirements.txt requires psycopg2',
    broken: syncDriver,
    by: repaired(REQUIRE_DRIVER),
    question: line('driver'),
  },
  {
    task: 'T007',
    says: 'asyncpg is installed',
    how: 'requirements.txt requires no driver',
    broken: [change(REQUIREMENTS, DRIVER, '')],
    by: follows(REQUIRE_DRIVER),
    question: line('driver'),
  },
];
