import { driverOf } from '../settings/database-drivers.ts';
import { type DatabaseUrl, parseDatabaseUrl } from '../settings/database-url.ts';
import type { EngineAddress } from './addresses.ts';
import type { Backend } from './backend.ts';
import { usesOfEngine } from './engine-uses.ts';

/** What a synchronous engine takes instead, best first: the first whose package is required already wins. */
const SYNC_DRIVERS: Record<string, [driver: string | undefined, packages: string[]][]> = {
  postgresql: [
    ['psycopg2', ['psycopg2', 'psycopg2-binary']],
    ['psycopg', ['psycopg', 'psycopg-binary']],
  ],
  sqlite: [[undefined, []]],
  mysql: [
    ['pymysql', ['pymysql']],
    ['mysqldb', ['mysqlclient']],
  ],
  mariadb: [
    ['pymysql', ['pymysql']],
    ['mysqldb', ['mysqlclient']],
  ],
};

/** A synchronous engine that is used so, with an address that loads an async driver. */
export interface SyncRepair {
  first: DatabaseUrl;
  driver: { name: string | undefined };
  /** A file that uses the engine synchronously. */
  user: string;
}

/** What a synchronous engine takes in place of the async driver that its address names; undefined where it is right, or nothing can be told. */
export function syncRepair(backend: Backend, address: EngineAddress): SyncRepair | undefined {
  const { engine, effective } = address;
  if (engine.async || engine.meant.name !== 'create_engine' || !engine.url || effective.length === 0) return;
  const urls = effective.flatMap((text) => (text === undefined ? [] : (parseDatabaseUrl(text) ?? [])));
  const [first] = urls;
  if (!first || urls.length !== effective.length || !urls.every((url) => isAsyncOnly(url, first))) return;
  const uses = usesOfEngine(backend, engine);
  const sync = uses.find(({ kind }) => kind === 'sync');
  if (!sync || uses.some(({ kind }) => kind === 'async')) return;
  const driver = syncDriver(backend, first.dialect);
  return driver && { first, driver, user: sync.document.path };
}

function isAsyncOnly(url: DatabaseUrl, first: DatabaseUrl): boolean {
  return (
    url.dialect === first.dialect &&
    url.driver !== undefined &&
    driverOf(url.dialect, url.driver)?.async === 'only'
  );
}

function syncDriver(backend: Backend, dialect: string): { name: string | undefined } | undefined {
  const known = SYNC_DRIVERS[dialect];
  const required = known?.find(([, packages]) => packages.some((name) => backend.requires(name)));
  const chosen = required ?? known?.at(-1);
  return chosen && { name: chosen[0] };
}
