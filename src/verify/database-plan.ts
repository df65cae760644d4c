import { isIP } from 'node:net';
import type { BackendFacts, DatabaseAddress } from '../types.ts';
import { USER } from './box.ts';
import type { ServerKind } from './given/server-address.ts';

/** The database that a backend is given to run on. */
export interface DatabasePlan {
  kind: 'postgresql' | 'mysql' | 'sqlite' | 'none' | 'unavailable';
  /** Why there is none, where `unavailable`. */
  reason?: string;
  /** True where a server that the person named lends it. */
  given?: boolean;
  /** Where the addresses say that the server listens: the first of `ports`. */
  port: number;
  ports: number[];
  roles: string[];
  databases: { name: string; owner: string | null }[];
  /** Host names that must mean 127.0.0.1. */
  hosts: string[];
  /** SQLite files in the project (relative): left out of the copies, so that the start makes them. */
  files: string[];
  /** Folders of SQLite files elsewhere (absolute). */
  folders: string[];
}

const SERVED: Record<ServerKind, { dialects: RegExp; port: number }> = {
  postgresql: { dialects: /^(postgres(ql)?|cockroachdb)$/, port: 5432 },
  mysql: { dialects: /^(mysql|mariadb)$/, port: 3306 },
};
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;
const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
/** For settings without a default: the database that we make up. */
export const INVENTED = { user: 'app', password: 'app', database: 'app', host: 'localhost' };

/**
 * What the backend's addresses ask for; `needsServer` is true where only its drivers or required settings do. `given`
 * is the kind of server that the person named: without one there is PostgreSQL only.
 */
export function planDatabase(facts: BackendFacts, needsServer: boolean, given?: ServerKind): DatabasePlan {
  const of = (kind: ServerKind) => facts.addresses.filter((one) => SERVED[kind].dialects.test(one.dialect));
  const kind = given === 'mysql' && of('postgresql').length === 0 ? 'mysql' : 'postgresql';
  const served = of(kind);
  const others = facts.addresses.filter((one) => !served.includes(one) && one.dialect !== 'sqlite');
  const sqlite = facts.addresses.filter((one) => one.dialect === 'sqlite');
  const invented = needsServer || served.length === 0;
  const ports = [...new Set(served.map((one) => one.port ?? SERVED[kind].port)), SERVED[kind].port];
  const wanted = served.length > 0 || needsServer;
  const plan: DatabasePlan = {
    kind: wanted ? kind : sqlite.length > 0 ? 'sqlite' : 'none',
    ...(wanted && given === kind ? { given: true } : {}),
    port: ports[0] ?? SERVED[kind].port,
    ports: served.length > 0 ? ports.slice(0, -1) : ports,
    roles: unique([...served.map(userOf), ...(invented ? [INVENTED.user] : [])]),
    databases: databasesOf(served, invented),
    hosts: unique(served.map((one) => one.host ?? '').filter((host) => needsName(host))),
    files: sqlite
      .map((one) => one.database ?? '')
      .filter((path) => path && !path.startsWith('/') && path !== ':memory:'),
    folders: unique(sqlite.map((one) => folderOf(one.database ?? ''))),
  };
  const other = plan.kind === 'none' || plan.kind === 'sqlite' ? others[0] : undefined;
  return other ? { ...plan, kind: 'unavailable', reason: noServer(other.dialect, given) } : plan;
}

/** Why there is no database for a dialect, and what a person can do. */
export function noServer(dialect: string, given?: ServerKind): string {
  const none = `there is no ${dialect} server here`;
  if (!SERVED.mysql.dialects.test(dialect)) return none;
  const instead = given ? `, and --database-url names a ${given} server` : '';
  return `${none}${instead}; name one with --database-url ${dialect}://user@host, and a scratch database is made on it and dropped again`;
}

/** libpq takes the operating system's user where an address names none, and a database of the user's name. */
function userOf(address: DatabaseAddress): string {
  return address.user ?? USER;
}

function databasesOf(addresses: readonly DatabaseAddress[], invented: boolean): DatabasePlan['databases'] {
  const found = new Map<string, string | null>([['postgres', null]]);
  if (invented) found.set(INVENTED.database, INVENTED.user);
  for (const one of addresses) found.set(one.database ?? userOf(one), userOf(one));
  found.delete('postgres');
  return [...found].map(([name, owner]) => ({ name, owner }));
}

function needsName(host: string): boolean {
  return HOST_NAME.test(host) && !LOOPBACK.test(host) && isIP(host) === 0;
}

/** The folder of a SQLite file outside the project. */
function folderOf(path: string): string {
  return path.startsWith('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values.filter(Boolean))];
}
