import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import dotenv from 'dotenv';
import type { BackendFacts } from '../types.ts';
import { INVENTED } from './database-plan.ts';

const EXAMPLE = /\.(example|sample|template|dist|defaults?)$/;

/**
 * Values for the settings that a start needs and that nothing gives: from the example file, else made up by name and
 * type. `packages` are those of the environment, which decide the driver. Never a value of the person's own shell.
 */
export function requiredValues(
  facts: BackendFacts,
  absoluteTree: string,
  packages: Record<string, string>,
  port: number,
): Record<string, string> {
  const given = readSettings(facts, absoluteTree, false);
  const examples = readSettings(facts, absoluteTree, true);
  const found: Record<string, string> = {};
  for (const { name, type } of facts.requiredSettings) {
    if (given[name.toLowerCase()]) continue;
    found[name] =
      examples[name.toLowerCase()] || invent(name, type, databaseUrl(facts, packages, port), port);
  }
  return found;
}

/** True where a required setting is a database address, or a part of one, that no settings file gives. */
export function wantsDatabase(facts: BackendFacts): boolean {
  return facts.requiredSettings.some((one) => URL_NAME.test(one.name) || PART_NAME.test(one.name));
}

function readSettings(facts: BackendFacts, absoluteTree: string, examples: boolean): Record<string, string> {
  const values: Record<string, string> = {};
  for (const file of facts.settingsFiles.filter((one) => /(^|\/)\.?env|\.env/.test(one))) {
    if (EXAMPLE.test(file) !== examples) continue;
    try {
      for (const [name, value] of Object.entries(dotenv.parse(readFileSync(join(absoluteTree, file))))) {
        values[name.toLowerCase()] = value;
      }
    } catch {
      // A settings file that is gone gives nothing.
    }
  }
  return values;
}

const URL_NAME =
  /(^|_)(DATABASE|DB|POSTGRES(QL)?|PG|SQLALCHEMY)(_\w+)*_?(URL|URI|DSN)$|^(DATABASE|DB)_?CONN/i;
const PART_NAME =
  /^(POSTGRES(QL)?|PG|DB|DATABASE)_?(USER(NAME)?|PASS(WORD)?|HOST(NAME)?|SERVER|PORT|NAME|DB)$/i;

const PARTS: [RegExp, string][] = [
  [/PASS/i, INVENTED.password],
  [/USER/i, INVENTED.user],
  [/HOST|SERVER/i, INVENTED.host],
  [/(NAME|DB)$/i, INVENTED.database],
];

function invent(name: string, type: string, url: string, port: number): string {
  if (URL_NAME.test(name)) return url;
  if (PART_NAME.test(name))
    return /PORT/i.test(name) ? String(port) : (PARTS.find(([like]) => like.test(name))?.[1] ?? 'app');
  if (/\bbool\b/.test(type)) return 'false';
  if (/\b(int|float|Decimal|PositiveInt)\b/.test(type) || /_(PORT|MINUTES|SECONDS|DAYS|HOURS)$/i.test(name))
    return '60';
  if (/\b(list|set|tuple|List|Set|Sequence)\b/.test(type)) return '[]';
  if (/\b(dict|Dict|Mapping)\b/.test(type)) return '{}';
  if (/Email/.test(type) || /EMAIL/i.test(name)) return 'nobody@example.com';
  if (/ALGORITHM/i.test(name)) return 'HS256';
  if (/Url|Dsn/.test(type) || /(^|_)(URL|URI|ORIGIN)S?$/i.test(name)) return 'http://localhost';
  return 'fix-backend-made-this-up-for-a-start-0123456789';
}

/** An address of the invented database for the driver that is installed. */
function databaseUrl(facts: BackendFacts, packages: Record<string, string>, port: number): string {
  const { user, password, host, database } = INVENTED;
  const [mysql] = MYSQL_DRIVERS.filter(([one, , mode]) => packages[one] && mode !== unlike(facts.mode));
  const postgres = hasPostgresDriver(packages);
  const there = `${user}:${password}@${host}:${port}/${database}`;
  if (mysql && !postgres) return `mysql+${mysql[1]}://${there}`;
  if (!postgres || facts.addresses.some((one) => one.dialect === 'sqlite'))
    return `sqlite${packages.aiosqlite && facts.mode !== 'sync' ? '+aiosqlite' : ''}:///./fix-backend.db`;
  const driver = driverFor(facts.mode, packages);
  return `postgresql${driver ? `+${driver}` : ''}://${there}`;
}

function unlike(mode: BackendFacts['mode']): BackendFacts['mode'] {
  return mode === 'sync' ? 'async' : mode === 'async' ? 'sync' : 'unknown';
}

/** True where the packages bring a driver for MySQL or MariaDB. */
export function hasMysqlDriver(packages: Record<string, string>): boolean {
  return MYSQL_DRIVERS.some(([one]) => packages[one]);
}

/** Distributions and SQLAlchemy's names of the drivers, asynchronous ones first. */
const MYSQL_DRIVERS = [
  ['asyncmy', 'asyncmy', 'async'],
  ['aiomysql', 'aiomysql', 'async'],
  ['pymysql', 'pymysql', 'sync'],
  ['mysqlclient', 'mysqldb', 'sync'],
  ['mysql-connector-python', 'mysqlconnector', 'sync'],
] as const;

export function hasPostgresDriver(packages: Record<string, string>): boolean {
  return ['asyncpg', 'psycopg', 'psycopg2', 'psycopg2-binary', 'pg8000', 'psycopg-binary'].some(
    (one) => packages[one],
  );
}

function driverFor(mode: BackendFacts['mode'], packages: Record<string, string>): string | undefined {
  const asynchronous = packages.asyncpg ? 'asyncpg' : undefined;
  const synchronous = packages['psycopg2-binary'] || packages.psycopg2 ? 'psycopg2' : undefined;
  const both = packages.psycopg ? 'psycopg' : packages.pg8000 ? 'pg8000' : undefined;
  return mode === 'sync' ? (synchronous ?? both ?? asynchronous) : (asynchronous ?? both ?? synchronous);
}
