import { isAsyncDriver } from '../settings/database-drivers.ts';
import { type DatabaseUrl, parseDatabaseUrl, withDriver } from '../settings/database-url.ts';
import { allAddresses, type EngineAddress } from './addresses.ts';
import { alembicEnvironments, stockOnline } from './alembic.ts';
import type { Backend } from './backend.ts';
import { mayRunWith } from './code-releases.ts';
import { type Engine, isSameEngine } from './engines.ts';
import { isTest } from './entry.ts';
import { installsNoDriver } from './installed-drivers.ts';
import { outsideReaders } from './outside-readers.ts';
import { sqlalchemyMayBe } from './sqlalchemy-version.ts';
import type { UrlPlace } from './url-places.ts';
import type { UrlUse } from './url-uses.ts';

export interface WantedDriver {
  dialect: string;
  driver: string;
}

/** An engine whose address names the wrong driver, or none where one is needed, and where that is put right. */
export interface DriverRepair {
  engine: Engine;
  /** What it is called in messages and keys: the variable, or the engine's file. */
  subject: string;
  want: WantedDriver;
  /** What the address makes SQLAlchemy load today. */
  loads: string;
  /** `places`: where the address is written. `engine`: where it is used, since others read the same variable. */
  at: 'places' | 'engine';
  places: UrlPlace[];
  /** Files that read the same address and forbid a change of it. */
  readers: string[];
  /** True where alembic's env.py reads the same address and has to become async with it. */
  takesAlembic: boolean;
}

/** Which async driver a backend would take, best first; the first that it requires already wins. */
const ASYNC_DRIVERS: Record<string, [driver: string, packages: string[]][]> = {
  postgresql: [
    ['asyncpg', ['asyncpg']],
    ['psycopg', ['psycopg', 'psycopg-binary']],
  ],
  sqlite: [['aiosqlite', ['aiosqlite']]],
  mysql: [
    ['aiomysql', ['aiomysql']],
    ['asyncmy', ['asyncmy']],
  ],
  mariadb: [
    ['aiomysql', ['aiomysql']],
    ['asyncmy', ['asyncmy']],
  ],
};

/** What a start says where an address has the wrong driver: catalogue rows 1, 3, 4 and 19. */
export const DRIVER_ERRORS = [
  /No module named 'psycopg'/,
  /No module named '(MySQLdb|psycopg2)'/,
  /The asyncio extension requires an async driver to be used/,
  /Can't load plugin: sqlalchemy\.dialects:postgres/,
];

/** Every repair of a driver that the backend's engines need, one for each variable or address. */
export function driverRepairs(backend: Backend): DriverRepair[] {
  const known = repairs.get(backend) ?? findRepairs(backend);
  repairs.set(backend, known);
  return known;
}

const repairs = new WeakMap<Backend, DriverRepair[]>();

function findRepairs(backend: Backend): DriverRepair[] {
  const found = new Map<string, DriverRepair>();
  for (const address of allAddresses(backend)) {
    const repair = isForTests(backend, address) ? undefined : repairOf(backend, address);
    if (repair && !found.has(repair.subject)) found.set(repair.subject, repair);
  }
  return [...found.values(), ...alembicRepairs(backend, [...found.values()])];
}

/** Tests may have drivers that no manifest tells of; a scheme that SQLAlchemy has not known since 1.4 is wrong with each. */
function isForTests(backend: Backend, { engine, effective }: EngineAddress): boolean {
  const { path } = engine.document;
  if (!isTest(path)) return false;
  const isUnknown = effective.some((text) => text?.startsWith('postgres://'));
  return !isUnknown || !mayRunWith(backend, path, { sqlalchemy: '1.4' });
}

function repairOf(backend: Backend, address: EngineAddress): DriverRepair | undefined {
  const { engine, places, effective, sources } = address;
  const urls = effective.map((text) => (text === undefined ? undefined : parseDatabaseUrl(text)));
  const wrong = places.flatMap((place, at) => {
    const url = urls[at];
    const want = url && wantedDriver(backend, engine.async, url);
    return want && url ? [{ place, url, want }] : [];
  });
  const [first] = wrong;
  if (!first) return undefined;
  const { want } = first;
  const all = wrong.filter((each) => each.want.dialect === want.dialect).map(({ place }) => place);
  const conflicts = conflictsOf(address, want, all);
  const alembic = alembicReading(backend, conflicts);
  const real = conflicts.filter((use) => !alembic.convertible.includes(use));
  const altering = sources.alterations.length > 0;
  const others = urls.some((url) => url && url.dialect !== want.dialect);
  const outside = sources.variables.flatMap(({ name }) => outsideReaders(backend, name, all));
  const at = real.length > 0 || altering || outside.length > 0 ? 'engine' : 'places';
  if (at === 'engine' && others) return undefined;
  return {
    engine,
    subject: sources.variables[0]?.name ?? `address in ${engine.document.path}`,
    want,
    loads: first.url.driver ?? first.url.scheme,
    at,
    places: at === 'engine' ? [] : [...all, ...alembic.places],
    readers: [...new Set([...real.map((use) => use.document.path), ...outside])],
    takesAlembic: at === 'places' && alembic.convertible.length > 0,
  };
}

/** The driver that an address needs, or undefined where it is right as it is or nothing can be told. */
export function wantedDriver(
  backend: Backend,
  asynchronous: boolean,
  url: DatabaseUrl,
): WantedDriver | undefined {
  const named = url.driver;
  if (asynchronous) {
    if (named !== undefined && isAsyncDriver(url.dialect, named) !== false) return misspelt(url);
    if (named === undefined && loadsPsycopg(backend, url.dialect) && !misspelt(url)) return undefined;
    return asyncDriver(backend, url.dialect);
  }
  if (named !== undefined) return misspelt(url);
  return syncDriver(backend, url);
}

/** `postgres://` and the like, which SQLAlchemy does not know: the right spelling with the same driver. */
function misspelt(url: DatabaseUrl): WantedDriver | undefined {
  const spelt = url.scheme.toLowerCase().split('+')[0];
  return spelt === url.dialect || url.driver === undefined
    ? undefined
    : { dialect: url.dialect, driver: url.driver };
}

function asyncDriver(backend: Backend, dialect: string): WantedDriver | undefined {
  const known = ASYNC_DRIVERS[dialect];
  const required = known?.find(([, packages]) => packages.some((name) => backend.requires(name)));
  const driver = (required ?? known?.[0])?.[0];
  return driver ? { dialect, driver } : undefined;
}

/** From SQLAlchemy 2.1 a plain `postgresql://` is psycopg 3, for both kinds of engine. */
export function loadsPsycopg(backend: Backend, dialect: string): boolean {
  return dialect === 'postgresql' && sqlalchemyMayBe(backend, '2.1') && backend.requires('psycopg');
}

function syncDriver(backend: Backend, url: DatabaseUrl): WantedDriver | undefined {
  const { dialect } = url;
  if (dialect === 'postgresql') {
    const psycopg2 = backend.requires('psycopg2') || backend.requires('psycopg2-binary');
    if (psycopg2 && sqlalchemyMayBe(backend, '2.1') && !backend.requires('psycopg'))
      return { dialect, driver: 'psycopg2' };
    if (url.scheme.toLowerCase() === 'postgresql') return undefined;
    const driver = backend.requires('psycopg') ? 'psycopg' : 'psycopg2';
    return { dialect, driver };
  }
  const asMySQLdb = backend.documents.some(({ text }) => text.includes('install_as_MySQLdb'));
  const required = backend.requires('pymysql') && !backend.requires('mysqlclient');
  const pymysql = !asMySQLdb && (required || installsNoDriver(backend, dialect));
  return /^(mysql|mariadb)$/.test(dialect) && pymysql ? { dialect, driver: 'pymysql' } : undefined;
}

/** Uses of the same variable that could not live with another driver in the address. */
function conflictsOf(address: EngineAddress, want: WantedDriver, places: readonly UrlPlace[]): UrlUse[] {
  return address.uses.filter((use) => {
    if (use.kind === 'read')
      return (
        use.prefix !== undefined && places.some((place) => changesPrefix(place.text, use.prefix ?? '', want))
      );
    if (use.altered) return !isOwn(use, address.engine);
    if (use.kind === 'alembic') return address.engine.async;
    if (use.kind === 'engine')
      return use.engine?.async !== address.engine.async && !isTest(use.document.path);
    return true;
  });
}

function isOwn(use: UrlUse, engine: Engine): boolean {
  return use.engine !== undefined && isSameEngine(use.engine, engine);
}

function changesPrefix(text: string, prefix: string, want: WantedDriver): boolean {
  const edit = withDriver(text, want.dialect, want.driver);
  const after = edit ? edit.text + text.slice(edit.end) : text;
  return text.startsWith(prefix) !== after.startsWith(prefix);
}

/** Of the conflicts those in an env.py that can become async, and the address in its alembic.ini. */
function alembicReading(
  backend: Backend,
  conflicts: readonly UrlUse[],
): { convertible: UrlUse[]; places: UrlPlace[] } {
  const environments = alembicEnvironments(backend).filter(
    (environment) => environment.engine?.async || stockOnline(environment),
  );
  const convertible = conflicts.filter(
    (use) =>
      use.kind === 'alembic' &&
      !use.altered &&
      environments.some(({ document }) => document.path === use.document.path),
  );
  const read = environments.filter(({ document }) =>
    convertible.some((use) => use.document.path === document.path),
  );
  return { convertible, places: read.flatMap(({ ini }) => ini ?? []) };
}

/** An alembic.ini with an address of its own, read by a synchronous env.py that SQLAlchemy 2.1 broke. */
function alembicRepairs(backend: Backend, others: readonly DriverRepair[]): DriverRepair[] {
  return alembicEnvironments(backend).flatMap(({ engine, ini, replaced }) => {
    const url = ini && !replaced ? parseDatabaseUrl(ini.text) : undefined;
    const taken = others.some((repair) => repair.places.some((place) => place.file === ini?.file));
    const want = engine && url && !taken ? wantedDriver(backend, engine.async, url) : undefined;
    if (!engine || !ini || !url || !want) return [];
    const loads = url.driver ?? url.scheme;
    return [
      {
        engine,
        subject: ini.file,
        want,
        loads,
        at: 'places' as const,
        places: [ini],
        readers: [],
        takesAlembic: false,
      },
    ];
  });
}
