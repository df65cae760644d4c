import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { userInfo } from 'node:os';
import type { ConnectionOptions } from 'node:tls';
import { type DatabaseUrl, parseDatabaseUrl } from '../../settings/database-url.ts';

export type ServerKind = 'postgresql' | 'mysql';

/** A server that the person named, as its clients take it. */
export interface ServerAddress {
  kind: ServerKind;
  /** A name, an IP address, or the folder (PostgreSQL) or file (MySQL) of a Unix socket. */
  host: string;
  port: number;
  user: string;
  password: string | undefined;
  /** Where to connect first; nothing is ever read from or written to it. */
  database: string | undefined;
  /** `prefer`: with TLS where the server offers it, and no question about its certificate. */
  tls: 'off' | 'prefer' | ConnectionOptions;
}

const PORTS = { postgresql: 5432, mysql: 3306 };

/** The kind of server that a `--database-url` names; undefined where it names none that we know. */
export function serverKind(url: string): ServerKind | undefined {
  const dialect = parseDatabaseUrl(url)?.dialect;
  if (dialect === 'postgresql') return 'postgresql';
  return dialect === 'mysql' || dialect === 'mariadb' ? 'mysql' : undefined;
}

/** Reads a `--database-url`. Throws where it names no server, or a certificate that cannot be read. */
export function serverAddress(url: string): ServerAddress {
  const parsed = parseDatabaseUrl(url);
  const kind = serverKind(url);
  if (!parsed || !kind) throw new Error('--database-url takes postgresql://… or mysql://…');
  const socket = queryValue(parsed, 'unix_socket', 'socket');
  const [first] = parsed.hosts;
  return {
    kind,
    host: socket ?? first?.host ?? 'localhost',
    port: first?.port ?? parsed.port ?? PORTS[kind],
    user: parsed.user || queryValue(parsed, 'user') || userInfo().username,
    password: parsed.password ?? queryValue(parsed, 'password'),
    database: parsed.database,
    tls: tlsOf(parsed),
  };
}

/** The TLS options of libpq (`sslmode`), of MySQL's clients (`ssl-mode`) and of asyncpg (`ssl`). */
function tlsOf(url: DatabaseUrl): ServerAddress['tls'] {
  const wanted = (queryValue(url, 'sslmode', 'ssl-mode', 'ssl_mode', 'ssl') ?? 'prefer').toLowerCase();
  const file = queryValue(url, 'sslrootcert', 'ssl-ca', 'ssl_ca');
  const ca = file && file !== 'system' ? { ca: readFileSync(file, 'utf8') } : {};
  if (/^(disabled?|allow|false|0)$/.test(wanted)) return 'off';
  if (/^verify.ca$/.test(wanted))
    return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  if (/^verify/.test(wanted)) return { ...ca, rejectUnauthorized: true };
  return /^(prefer|preferred)$/.test(wanted) ? 'prefer' : { rejectUnauthorized: false };
}

/** The name for TLS, which an IP address is not (RFC 6066, section 3). */
export function nameFor(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}

function queryValue(url: DatabaseUrl, ...names: string[]): string | undefined {
  return url.query.find(([name]) => names.includes(name))?.[1];
}
