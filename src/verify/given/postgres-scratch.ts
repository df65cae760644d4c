import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import type { LeftOpen } from './messages.ts';
import {
  isLeftover,
  mark,
  named,
  PREFIX,
  reasonOf,
  type Scratch,
  scratchName,
  scratchPassword,
} from './scratch.ts';
import type { ServerAddress } from './server-address.ts';
import { take } from './streams.ts';

/** How to reach a PostgreSQL, with the question of TLS answered. */
export interface PostgresServer {
  host: string;
  port: number;
  user: string;
  password: string | undefined;
  ssl: ConnectionOptions | false;
}

const PATIENCE = 15_000;

/** Asks the server whether it offers TLS where the address leaves it open. Rejects where nothing answers. */
export async function postgresServer(address: ServerAddress): Promise<PostgresServer> {
  const { host, port, user, password, tls } = address;
  const offered = async () => ((await offersTls(host, port)) ? { rejectUnauthorized: false } : false);
  const ssl = tls === 'off' || host.startsWith('/') ? false : tls === 'prefer' ? await offered() : tls;
  return { host, port, user, password, ssl };
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html: SSLRequest, answered by one byte. */
async function offersTls(host: string, port: number): Promise<boolean> {
  const socket = connectTcp({ host, port, timeout: PATIENCE });
  socket.on('timeout', () => socket.destroy(new Error(`${host}:${port} does not answer`)));
  try {
    await once(socket, 'connect');
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    return (await take(socket, 1)).toString() === 'S';
  } finally {
    socket.destroy();
  }
}

async function openPostgres(server: PostgresServer, database: string): Promise<pg.Client> {
  const client = new pg.Client({ ...server, database, connectionTimeoutMillis: PATIENCE });
  client.on('error', () => {});
  await client.connect();
  return client;
}

interface Rights {
  superuser: boolean;
  makesDatabases: boolean;
  makesRoles: boolean;
  version: string;
}

/**
 * Makes a role and a database for each name, all owned by that role; where the account may make no roles, or the
 * server lets the new one not in, the account itself owns and uses them. Drops first what earlier runs left.
 * Rejects with the reason, and with nothing left, where that is not possible.
 */
export async function makePostgresScratch(
  address: ServerAddress,
  names: readonly string[],
): Promise<Scratch> {
  const server = await postgresServer(address);
  const entrance = address.database ?? 'postgres';
  const admin = await openPostgres(server, entrance);
  try {
    const rights = await rightsOf(admin);
    await sweep(admin);
    if (!rights.makesDatabases) throw new Error(`${server.user} may not create databases there`);
    return await make(admin, { server, entrance, rights, names });
  } finally {
    await admin.end();
  }
}

interface Making {
  server: PostgresServer;
  entrance: string;
  rights: Rights;
  names: readonly string[];
}

async function make(admin: pg.Client, { server, entrance, rights, names }: Making): Promise<Scratch> {
  const base = scratchName();
  const databases = named(base, names);
  const role = rights.makesRoles ? { user: base, password: scratchPassword() } : undefined;
  const made = { server, entrance, databases: [...databases.values()] };
  try {
    if (role) await makeRole(admin, role, rights);
    for (const database of made.databases) await makeDatabase(admin, database, role?.user);
    const ownRole = role !== undefined && (await letsIn({ ...server, ...role }, base));
    if (role && !ownRole) for (const database of made.databases) await takeOver(admin, database);
    const login = ownRole ? role : { user: server.user, password: server.password };
    return {
      version: `PostgreSQL ${rights.version}`,
      login,
      databases,
      ownRole,
      leftOpen: () => leftOpen({ ...server, ...login }, made.databases),
      anew: () => anew(made, ownRole ? base : undefined),
      drop: () => drop(made, role?.user),
    };
  } catch (error) {
    await drop(made, role?.user);
    throw error;
  }
}

async function rightsOf(admin: pg.Client): Promise<Rights> {
  const { rows } = await admin.query(
    `SELECT rolsuper, rolcreatedb, rolcreaterole, current_setting('server_version') AS version
     FROM pg_roles WHERE rolname = current_user`,
  );
  const { rolsuper, rolcreatedb, rolcreaterole, version } = rows[0];
  return {
    superuser: rolsuper,
    makesDatabases: rolsuper || rolcreatedb,
    makesRoles: rolsuper || rolcreaterole,
    version: String(version).split(' ')[0] ?? '',
  };
}

async function makeRole(
  admin: pg.Client,
  { user, password }: { user: string; password: string },
  { superuser }: Rights,
): Promise<void> {
  const name = pg.escapeIdentifier(user);
  await admin.query('BEGIN');
  await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
  await admin.query(`COMMENT ON ROLE ${name} IS ${pg.escapeLiteral(mark())}`);
  if (!superuser) await admin.query(`GRANT ${name} TO CURRENT_USER`);
  await admin.query('COMMIT');
}

/** From template0 where somebody is connected to template1. */
async function makeDatabase(admin: pg.Client, database: string, owner: string | undefined): Promise<void> {
  const name = pg.escapeIdentifier(database);
  const statement = `CREATE DATABASE ${name}${owner ? ` OWNER ${pg.escapeIdentifier(owner)}` : ''}`;
  try {
    await admin.query(statement);
  } catch (error) {
    if ((error as { code?: string }).code !== IN_USE) throw error;
    await admin.query(`${statement} TEMPLATE template0`);
  }
  await admin.query(`COMMENT ON DATABASE ${name} IS ${pg.escapeLiteral(mark())}`);
}

const IN_USE = '55006';

async function takeOver(admin: pg.Client, database: string): Promise<void> {
  await admin.query(`ALTER DATABASE ${pg.escapeIdentifier(database)} OWNER TO CURRENT_USER`);
}

/** Servers have rules of their own about who may come from where. */
async function letsIn(server: PostgresServer, database: string): Promise<boolean> {
  try {
    await (await openPostgres(server, database)).end();
    return true;
  } catch {
    return false;
  }
}

async function drop(
  { server, entrance, databases }: { server: PostgresServer; entrance: string; databases: string[] },
  role: string | undefined,
): Promise<string[]> {
  const statements = [
    ...databases.map((name) => ({
      name: `database ${name}`,
      run: (admin: pg.Client) => dropDatabase(admin, name),
    })),
    ...(role ? [{ name: `role ${role}`, run: (admin: pg.Client) => dropRole(admin, role) }] : []),
  ];
  const left: string[] = [];
  try {
    const admin = await openPostgres(server, entrance);
    for (const { name, run } of statements)
      await run(admin).catch((error) => left.push(`${name}: ${reasonOf(error)}`));
    await admin.end();
  } catch (error) {
    left.push(`${databases.join(', ')}: ${reasonOf(error)}`);
  }
  return left;
}

async function anew(
  { server, entrance, databases }: Omit<Making, 'rights' | 'names'> & { databases: string[] },
  owner?: string,
): Promise<void> {
  const admin = await openPostgres(server, entrance);
  try {
    for (const database of databases) {
      await dropDatabase(admin, database);
      await makeDatabase(admin, database, owner);
    }
  } finally {
    await admin.end();
  }
}

async function dropDatabase(admin: pg.Client, database: string): Promise<void> {
  await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
  await admin.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(database)}`);
}

async function dropRole(admin: pg.Client, role: string): Promise<void> {
  await admin.query(`DROP ROLE IF EXISTS ${pg.escapeIdentifier(role)}`);
}

/** Drops what earlier runs left: only what has our name and our mark, or belongs to a role that has both. */
async function sweep(admin: pg.Client): Promise<void> {
  const { rows: roles } = await admin.query(
    `SELECT rolname AS name, shobj_description(oid, 'pg_authid') AS mark FROM pg_roles WHERE starts_with(rolname, $1)`,
    [PREFIX],
  );
  const { rows: databases } = await admin.query(
    `SELECT datname AS name, pg_get_userbyid(datdba) AS owner, shobj_description(oid, 'pg_database') AS mark
     FROM pg_database WHERE starts_with(datname, $1)`,
    [PREFIX],
  );
  const old = new Set(roles.filter((role) => isLeftover(role.mark)).map((role) => role.name));
  // What another account left is dropped by whoever may.
  for (const { name, owner, mark: text } of databases)
    if (isLeftover(text) || (text === null && old.has(owner)))
      await dropDatabase(admin, name).catch(() => {});
  for (const name of old) await dropRole(admin, name).catch(() => {});
}

const OLD = 300;
const LEFT_OPEN = `SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 200) AS statement,
now() - state_change > interval '${OLD} milliseconds' AS old
FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND pid <> pg_backend_pid() AND datname = ANY($1)
ORDER BY state_change`;

/** One that has just begun to wait may go on at once, so it is asked again where there is any. */
async function leftOpen(server: PostgresServer, databases: readonly string[]): Promise<LeftOpen> {
  const client = await openPostgres(server, databases[0] ?? 'postgres');
  try {
    const first = await client.query(LEFT_OPEN, [databases]);
    if (first.rows.length > 0) await after(OLD);
    const { rows } = first.rows.length > 0 ? await client.query(LEFT_OPEN, [databases]) : first;
    const left = rows.filter((row) => row.old);
    return { open: left.length, statement: left[0]?.statement ?? '' };
  } finally {
    await client.end();
  }
}
