import { isIP } from 'node:net';
import type { BackendFacts, DatabaseAddress } from '../types.ts';
import { USER } from './box.ts';

/** The database that a backend is given to run on. */
export interface DatabasePlan {
  kind: 'postgresql' | 'sqlite' | 'none' | 'unavailable';
  /** Why there is none, where `unavailable`. */
  reason?: string;
  /** Where the addresses say that PostgreSQL listens. */
  port: number;
  roles: string[];
  databases: { name: string; owner: string | null }[];
  /** Host names that must mean 127.0.0.1. */
  hosts: string[];
  /** SQLite files in the project (relative): left out of the copies, so that the start makes them. */
  files: string[];
  /** Folders of SQLite files elsewhere (absolute). */
  folders: string[];
}

const POSTGRES = /^(postgres(ql)?|cockroachdb)$/;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;
const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
/** For settings without a default: the database that we make up. */
export const INVENTED = { user: 'app', password: 'app', database: 'app', host: 'localhost', port: 5432 };

/** What the backend's addresses ask for; `needsPostgres` is true where only its drivers or required settings do. */
export function planDatabase(facts: BackendFacts, needsPostgres: boolean): DatabasePlan {
  const postgres = facts.addresses.filter((one) => POSTGRES.test(one.dialect));
  const others = facts.addresses.filter((one) => !POSTGRES.test(one.dialect) && one.dialect !== 'sqlite');
  const sqlite = facts.addresses.filter((one) => one.dialect === 'sqlite');
  const invented = needsPostgres || postgres.length === 0;
  const plan: DatabasePlan = {
    kind: postgres.length > 0 || needsPostgres ? 'postgresql' : sqlite.length > 0 ? 'sqlite' : 'none',
    port: postgres.find((one) => one.port)?.port ?? INVENTED.port,
    roles: unique([...postgres.map(userOf), ...(invented ? [INVENTED.user] : [])]),
    databases: databasesOf(postgres, invented),
    hosts: unique(postgres.map((one) => one.host ?? '').filter((host) => needsName(host))),
    files: sqlite
      .map((one) => one.database ?? '')
      .filter((path) => path && !path.startsWith('/') && path !== ':memory:'),
    folders: unique(sqlite.map((one) => folderOf(one.database ?? ''))),
  };
  const other = plan.kind === 'none' || plan.kind === 'sqlite' ? others[0] : undefined;
  return other ? { ...plan, kind: 'unavailable', reason: `there is no ${other.dialect} server here` } : plan;
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

/**
 * Points the PostgreSQL addresses in a text at 127.0.0.1 and another port, where their host cannot be given another
 * meaning: an IP address, or any host where there is no box. Only ever used on a copy.
 */
export function redirectAddresses(text: string, port: number, every: boolean): string {
  return text.replace(
    /(postgres(?:ql)?(?:\+\w+)?:\/\/(?:[^\s"'@/]*@)?)([\w.-]+|\[[\d:a-fA-F]+\])(:\d+)?(?=[/?\s"']|$)/g,
    (whole, before: string, host: string) =>
      every || (isIP(host.replace(/[[\]]/g, '')) !== 0 && !LOOPBACK.test(host))
        ? `${before}127.0.0.1:${port}`
        : whole,
  );
}
