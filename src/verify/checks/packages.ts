import { satisfies } from '@renovatebot/pep440';
import type { Outcome } from '../../types.ts';
import { notStarted } from '../level.ts';
import { lastError } from '../log.ts';
import { atRunTime, blameless, fail, pass, type Seen, unknown } from './seen.ts';

/** SQLAlchemy's driver names and the distributions that bring them. */
const DISTRIBUTIONS: Record<string, string[]> = {
  psycopg2: ['psycopg2-binary', 'psycopg2'],
  mysqldb: ['mysqlclient'],
  pysqlite: [],
};
const EXPECTED = {
  async: ['asyncpg', 'psycopg'],
  sync: ['psycopg2-binary', 'psycopg2', 'psycopg', 'pg8000'],
};
const SHOWN = [
  'fastapi',
  'starlette',
  'uvicorn',
  'sqlmodel',
  'sqlalchemy',
  'pydantic',
  'greenlet',
  'asyncpg',
  'psycopg',
  'psycopg2-binary',
  'aiosqlite',
  'alembic',
];

export function python(seen: Seen): Outcome {
  if (!seen.python) return unknown(seen.unable ?? 'no Python was found');
  const { version } = seen.python;
  if (seen.allowed && !satisfies(version, seen.allowed))
    return fail(`Python ${version}, but ${seen.allowedIn} asks for ${seen.allowed}`);
  return pass(`Python ${version}${seen.allowed ? `, and ${seen.allowedIn} asks for ${seen.allowed}` : ''}`);
}

export function install(seen: Seen): Outcome {
  if (seen.unable) return unknown(seen.unable);
  if (seen.installFailed !== undefined)
    return fail(`${manifest(seen)} does not install: ${seen.installFailed}`);
  const { environment } = seen;
  if (!environment) return unknown('nothing was installed');
  const number = Object.keys(environment.packages).length;
  const kept = environment.offline
    ? `; as of ${environment.builtAt.slice(0, 10)}, because the package index cannot be reached now`
    : '';
  return pass(`${manifest(seen)} installs: ${number} packages with ${environment.installer}${kept}`);
}

function manifest(seen: Seen): string {
  return seen.facts.manifests[0] ?? 'nothing';
}

/** The driver that the engine asks for is installed; where no engine could be made, one that fits the meant mode. */
export function driver(seen: Seen): Outcome {
  return atRunTime(seen, (observations) => {
    const packages = seen.environment?.packages ?? {};
    const engines = observations.probe?.seen.engines ?? [];
    const wanted = engines.length > 0 ? engines.map((one) => installs(one.driver)) : [expected(seen)];
    const missing = wanted.filter((names) => names.length > 0 && !names.some((name) => packages[name]));
    if (missing[0]) return fail(`${missing[0].join(' or ')} is not installed`);
    const lacking = lackingModule(seen);
    if (lacking) return fail(lacking);
    const found = [...new Set(wanted.flat().filter((name) => packages[name]))];
    if (found.length === 0) return pass('the database needs no driver package');
    return pass(found.map((name) => `${name} ${packages[name]}`).join(', '));
  });
}

function installs(driverName: string): string[] {
  return DISTRIBUTIONS[driverName] ?? [driverName];
}

function expected(seen: Seen): string[] {
  if (seen.plan.kind !== 'postgresql') return [];
  return seen.facts.mode === 'unknown' ? [...EXPECTED.async, ...EXPECTED.sync] : EXPECTED[seen.facts.mode];
}

/** An import that failed for want of a driver, or of greenlet, without which no async driver works. */
function lackingModule(seen: Seen): string | undefined {
  const errors = (seen.observations?.imports?.results ?? []).map((one) => one.error ?? '');
  return errors.find((error) =>
    /No module named '(asyncpg|psycopg2?|aiosqlite|pg8000|greenlet)|'greenlet' library/.test(error),
  );
}

export function versions(seen: Seen): Outcome {
  if (seen.unable) return unknown(seen.unable);
  if (seen.installFailed !== undefined)
    return fail(`${manifest(seen)} cannot be met as a whole: ${seen.installFailed}`);
  const { environment } = seen;
  if (!environment) return unknown('nothing was installed');
  const listed = SHOWN.filter((name) => environment.packages[name]).map(
    (name) => `${name} ${environment.packages[name]}`,
  );
  if (environment.conflicts) return fail(`pip check: ${environment.conflicts}`, listed.join('\n'));
  return pass(`pip check finds no conflict: ${listed.join(', ')}`);
}

/** Says that no more than an import was tried, where that is all that can be. */
export function framework(seen: Seen): Outcome {
  return unknown(
    `${notStarted(seen.facts)} is not started so far: its modules were imported, and that is all`,
  );
}

/** `alembic upgrade head`, where there is an alembic.ini. */
export function migrations(seen: Seen): Outcome {
  return atRunTime(seen, ({ migrations: runs }) => {
    const bad = runs.find((run) => run.code !== 0);
    if (!bad)
      return runs.length
        ? pass(`alembic upgrade head: ${runs.map((run) => run.ini).join(', ')}`)
        : unknown('there was no database to migrate');
    if (/No module named alembic/.test(bad.log)) return unknown('alembic is not among the packages');
    const excused = blameless(seen, bad.log);
    if (excused) return excused;
    return fail(
      `alembic upgrade head (${bad.ini}): ${bad.code === null ? 'it did not end in time' : lastError(bad.log)}`,
      bad.log,
    );
  });
}
