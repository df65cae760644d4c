import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
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

/** How to reach a MySQL or MariaDB, with the question of TLS answered. */
export type MysqlServer = Pick<ServerAddress, 'host' | 'port' | 'user' | 'password'> & {
  tls: Exclude<ServerAddress['tls'], 'off' | 'prefer'> | undefined;
};

const PATIENCE = 15_000;
const CLIENT_SSL = 0x800;

/** Where MySQL listens: by name and port, or by the file of a Unix socket. */
export function placeOf({
  host,
  port,
}: Pick<MysqlServer, 'host' | 'port'>): { path: string } | { host: string; port: number } {
  return host.startsWith('/') ? { path: host } : { host, port };
}

/** Asks the server whether it offers TLS where the address leaves it open. Rejects where nothing answers. */
export async function mysqlServer(address: ServerAddress): Promise<MysqlServer> {
  const { host, port, user, password, tls } = address;
  const offered = async () => ((await offersTls(address)) ? { rejectUnauthorized: false } : undefined);
  const wanted = tls === 'off' || host.startsWith('/') ? undefined : tls === 'prefer' ? await offered() : tls;
  return { host, port, user, password, tls: wanted };
}

async function offersTls(address: ServerAddress): Promise<boolean> {
  const socket = connectTcp({ ...placeOf(address), timeout: PATIENCE });
  socket.on('timeout', () => socket.destroy(new Error(`${address.host}:${address.port} does not answer`)));
  try {
    await once(socket, 'connect');
    const size = (await take(socket, 4)).readUIntLE(0, 3);
    return (greetingOf(await take(socket, size)).capabilities & CLIENT_SSL) !== 0;
  } finally {
    socket.destroy();
  }
}

/** What a server says first: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html */
export interface MysqlGreeting {
  version: string;
  scramble: Buffer;
  capabilities: number;
  charset: number;
  plugin: string;
}

/** Reads it. Throws the server's own error where it says one instead. */
export function greetingOf(body: Buffer): MysqlGreeting {
  if (body[0] === 0xff)
    throw new Error(
      body
        .subarray(3)
        .toString('utf8')
        .replace(/^#.{5}/, ''),
    );
  const end = body.indexOf(0, 1);
  const rest = body.subarray(end + 5);
  const length = Math.max(13, (rest[17] ?? 0) - 8);
  return {
    version: body.toString('latin1', 1, end),
    scramble: Buffer.concat([rest.subarray(0, 8), rest.subarray(28, 28 + length - 1)]),
    capabilities: (rest.readUInt16LE(9) | (rest.readUInt16LE(14) << 16)) >>> 0,
    charset: rest[11] ?? 0,
    plugin: rest.toString('latin1', 28 + length).split('\0')[0] ?? '',
  };
}

export async function openMysql(server: MysqlServer, database?: string): Promise<Connection> {
  const { user, password, tls } = server;
  const place = placeOf(server);
  const client = await mysql.createConnection({
    ...('path' in place ? { socketPath: place.path } : place),
    user,
    connectTimeout: PATIENCE,
    multipleStatements: false,
    ...(password === undefined ? {} : { password }),
    ...(database ? { database } : {}),
    ...(tls
      ? { ssl: { ...tls, verifyIdentity: tls.rejectUnauthorized === true && !tls.checkServerIdentity } }
      : {}),
  } as mysql.ConnectionOptions);
  client.on('error', () => {});
  return client;
}

/**
 * Makes a user and a database for each name. MySQL has no comment on a database, so the mark is a table in one more
 * database of ours, made first and dropped last. Drops first what earlier runs left. Rejects with the reason, and with
 * nothing left, where that is not possible.
 */
export async function makeMysqlScratch(address: ServerAddress, names: readonly string[]): Promise<Scratch> {
  const server = await mysqlServer(address);
  const admin = await openMysql(server);
  const base = scratchName();
  const databases = named(base, names);
  const made = { base, databases: [...databases.values()], user: await accountFor(base, admin) };
  try {
    await sweep(admin);
    await makeMark(admin, made);
    for (const name of made.databases) await makeDatabase(admin, name);
    const login = await makeUser(admin, made, server);
    return {
      version: await versionOf(admin),
      login: login ?? { user: server.user, password: server.password },
      databases,
      ownRole: login !== undefined,
      leftOpen: () => leftOpen(server, made.databases),
      anew: () => anew(server, made.databases),
      drop: () => dropFrom(server, made),
    };
  } catch (error) {
    await drop(admin, made);
    throw error;
  } finally {
    await admin.end();
  }
}

async function makeDatabase(admin: Connection, name: string): Promise<void> {
  await admin.query(`CREATE DATABASE ${quoted(name)} CHARACTER SET utf8mb4`);
}

async function anew(server: MysqlServer, databases: readonly string[]): Promise<void> {
  const admin = await openMysql(server);
  try {
    for (const name of databases) {
      await admin.query(`DROP DATABASE IF EXISTS ${quoted(name)}`);
      await makeDatabase(admin, name);
    }
  } finally {
    await admin.end();
  }
}

interface Made {
  base: string;
  databases: string[];
  /** `'name'@'host'`, as statements take it. */
  user: string;
}

/** A user who may come from where the account itself came from. */
async function accountFor(name: string, admin: Connection): Promise<string> {
  const host = String((await rows(admin, 'SELECT USER() AS account'))[0]?.account ?? '')
    .split('@')
    .at(-1);
  return `${admin.escape(name)}@${admin.escape(host || '%')}`;
}

async function makeMark(admin: Connection, { base, databases, user }: Made): Promise<void> {
  const name = quoted(`${base}${MARK_DATABASE}`);
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.query(`CREATE TABLE ${name}.made_by_fix_backend (mark TEXT, made TEXT)`);
  const listed = JSON.stringify({ databases, user });
  await admin.query(`INSERT INTO ${name}.made_by_fix_backend VALUES (?, ?)`, [mark(), listed]);
}

const MARK_DATABASE = '_mark';

/**
 * A user who sees the scratch databases and no other. Undefined where the account may make none and sees no database
 * itself but these; rejects where it does see others, which a statement of the backend could name.
 */
async function makeUser(
  admin: Connection,
  { base, databases, user }: Made,
  server: MysqlServer,
): Promise<Scratch['login'] | undefined> {
  const password = scratchPassword();
  try {
    await admin.query(`CREATE USER ${user} IDENTIFIED BY ${admin.escape(password)}`);
    for (const name of databases) await admin.query(`GRANT ALL ON ${pattern(name)}.* TO ${user}`);
    await (await openMysql({ ...server, user: base, password }, databases[0])).end();
    return { user: base, password };
  } catch (error) {
    await admin.query(`DROP USER IF EXISTS ${user}`).catch(() => {});
    const seen = (await rows(admin, 'SHOW DATABASES')).map((row) => String(Object.values(row)[0]));
    const others = seen.filter((name) => !name.startsWith(base) && !OF_THE_SERVER.test(name));
    if (others.length === 0) return undefined;
    throw new Error(
      `${server.user} may make no user who sees the scratch database only, and sees others itself (${reasonOf(error)})`,
    );
  }
}

const OF_THE_SERVER = /^(information_schema|performance_schema)$/i;

async function versionOf(admin: Connection): Promise<string> {
  const version = String((await rows(admin, 'SELECT VERSION() AS version'))[0]?.version);
  return `${/mariadb/i.test(version) ? 'MariaDB' : 'MySQL'} ${version.split('-')[0]}`;
}

async function dropFrom(server: MysqlServer, made: Made): Promise<string[]> {
  try {
    const admin = await openMysql(server);
    const left = await drop(admin, made);
    await admin.end();
    return left;
  } catch (error) {
    return [`${made.databases.join(', ')}: ${reasonOf(error)}`];
  }
}

async function drop(admin: Connection, { base, databases, user }: Made): Promise<string[]> {
  const left: string[] = [];
  const attempt = (what: string, statement: string) =>
    admin.query(statement).catch((error) => left.push(`${what}: ${reasonOf(error)}`));
  for (const name of databases) await attempt(`database ${name}`, `DROP DATABASE IF EXISTS ${quoted(name)}`);
  await admin.query(`DROP USER IF EXISTS ${user}`).catch((error) => {
    // An account that may make no users may not drop one either, even if there is none.
    if (error.errno !== ACCESS_DENIED) left.push(`user ${base}: ${reasonOf(error)}`);
  });
  if (left.length === 0)
    await attempt(
      `database ${base}${MARK_DATABASE}`,
      `DROP DATABASE IF EXISTS ${quoted(base + MARK_DATABASE)}`,
    );
  return left;
}

const ACCESS_DENIED = 1227;

/** Drops what earlier runs left: only what a marked database of ours lists, and only by names of ours. */
async function sweep(admin: Connection): Promise<void> {
  for (const row of await rows(admin, 'SHOW DATABASES')) {
    const name = String(Object.values(row)[0]);
    if (!name.startsWith(PREFIX) || !name.endsWith(MARK_DATABASE)) continue;
    const base = name.slice(0, -MARK_DATABASE.length);
    const marks = await rows(admin, `SELECT mark, made FROM ${quoted(name)}.made_by_fix_backend`).catch(
      () => [],
    );
    if (!isLeftover(marks[0]?.mark)) continue;
    const { databases, user } = JSON.parse(String(marks[0]?.made)) as Made;
    const own = databases.filter((one) => one === base || one.startsWith(`${base}_`));
    if (user.startsWith(`'${base}'@'`)) await drop(admin, { base, databases: own, user });
  }
}

const LEFT_OPEN = `SELECT p.id FROM information_schema.innodb_trx t
JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
WHERE p.command = 'Sleep' AND p.db IN (?) ORDER BY t.trx_started`;
const LAST_STATEMENT = `SELECT LEFT(s.sql_text, 200) AS statement FROM performance_schema.events_statements_current s
JOIN performance_schema.threads t ON t.thread_id = s.thread_id WHERE t.processlist_id = ?`;

/** The tables are refreshed every tenth of a second at most, so it is asked twice. */
async function leftOpen(server: MysqlServer, databases: readonly string[]): Promise<LeftOpen> {
  const admin = await openMysql(server);
  try {
    const before = new Set((await rows(admin, LEFT_OPEN, [databases])).map((row) => row.id));
    await after(300);
    const still = (await rows(admin, LEFT_OPEN, [databases])).filter((row) => before.has(row.id));
    const said = still[0] ? await rows(admin, LAST_STATEMENT, [still[0].id]).catch(() => []) : [];
    return { open: still.length, statement: String(said[0]?.statement ?? '').replace(/\s+/g, ' ') };
  } finally {
    await admin.end();
  }
}

async function rows(admin: Connection, statement: string, values: unknown[] = []): Promise<RowDataPacket[]> {
  const [found] = await admin.query<RowDataPacket[]>(statement, values);
  return found;
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** In GRANT, `_` and `%` of a database's name stand for others unless they are escaped. */
function pattern(name: string): string {
  return quoted(name.replace(/[\\_%]/g, '\\$&'));
}
