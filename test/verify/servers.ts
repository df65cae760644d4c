import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import pg from 'pg';
import { ask, openRedis } from '../../src/verify/given/redis-scratch.ts';
import { redisServer } from '../../src/verify/given/redis-server.ts';
import { freePort } from '../../src/verify/job.ts';

/** Servers of this machine that tests may make databases on: local ones, or those that the variables name. */
const {
  FIX_BACKEND_TEST_POSTGRESQL: postgresql,
  FIX_BACKEND_TEST_MYSQL: mysqlUrl = 'mysql://root@127.0.0.1:3306',
  FIX_BACKEND_TEST_REDIS: redisUrl = 'redis://127.0.0.1:6379',
} = process.env;

export interface Server {
  /** With the rights to make databases and roles. */
  url: string;
  /** Runs statements, one after the other; the rows of the last one. */
  sql: (...statements: string[]) => Promise<Record<string, unknown>[]>;
}

/** A PostgreSQL, or undefined, with the reason printed, where there is none. */
export async function realPostgres(): Promise<Server | undefined> {
  const users = [userInfo().username, 'postgres'];
  for (const url of postgresql
    ? [postgresql]
    : users.map((user) => `postgresql://${user}@127.0.0.1:5432/postgres`)) {
    const sql = async (...statements: string[]) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        let rows: Record<string, unknown>[] = [];
        for (const statement of statements) rows = (await client.query(statement)).rows;
        return rows;
      } finally {
        await client.end();
      }
    };
    const [rights] = await sql('SELECT rolsuper FROM pg_roles WHERE rolname = current_user').catch(() => []);
    if (rights?.rolsuper) return { url, sql };
  }
  return absent('a PostgreSQL at 127.0.0.1:5432 with a superuser who needs no password', 'POSTGRESQL');
}

/** A MySQL or MariaDB, or undefined, with the reason printed, where there is none. */
export async function realMysql(): Promise<Server | undefined> {
  const sql = async (...statements: string[]) => {
    const client: Connection = await mysql.createConnection(mysqlUrl);
    try {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) rows = (await client.query<RowDataPacket[]>(statement))[0];
      return rows;
    } finally {
      await client.end();
    }
  };
  const there = await sql('SELECT 1').catch(() => undefined);
  return there ? { url: mysqlUrl, sql } : absent('a MySQL or MariaDB at 127.0.0.1:3306', 'MYSQL');
}

export interface Redis {
  url: string;
  /** Runs one command in a numbered database. */
  run: (database: number, ...words: string[]) => Promise<unknown>;
}

/** A Redis, or undefined, with the reason printed, where there is none. */
export async function realRedis(): Promise<Redis | undefined> {
  const run = runner(redisUrl);
  const there = await run(0, 'PING').catch(() => undefined);
  return there ? { url: redisUrl, run } : absent('a Redis at 127.0.0.1:6379', 'REDIS');
}

/** A Redis of the test's own, with so many databases: what fills them all is in nobody's way. Undefined where there is no redis-server. */
export async function ownRedis(databases: number): Promise<(Redis & { stop: () => void }) | undefined> {
  const port = await freePort(0);
  const words = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--databases',
    String(databases),
    '--save',
    '',
  ];
  const child = spawn('redis-server', words, { stdio: 'ignore', cwd: tmpdir() });
  const missing = new Promise<undefined>((resolve) => child.once('error', () => resolve(undefined)));
  const url = `redis://127.0.0.1:${port}`;
  const run = runner(url);
  const answers = async () => {
    for (let tries = 0; tries < 200; tries += 1) {
      if (await run(0, 'PING').catch(() => undefined)) return true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return undefined;
  };
  if (await Promise.race([missing, answers()])) return { url, run, stop: () => child.kill('SIGKILL') };
  child.kill('SIGKILL');
  process.stderr.write('skipped: there is no redis-server on the PATH\n');
  return undefined;
}

function runner(url: string): Redis['run'] {
  return async (database, ...words) => {
    const stream = await openRedis(redisServer(url));
    try {
      await ask(stream, ['SELECT', String(database)]);
      return await ask(stream, words);
    } finally {
      stream.destroy();
    }
  };
}

function absent(what: string, name: string): undefined {
  process.stderr.write(`skipped: there is not ${what}; FIX_BACKEND_TEST_${name} may name another\n`);
}

/** What is there of these databases, and of the roles and marks that were made with them. */
export async function left(server: Server, names: readonly string[]): Promise<string[]> {
  const list = names.map((name) => `'${name}'`).join(', ');
  const bases = `LEFT(name, ${'fix_backend_0123456789ab'.length}) IN (${list})`;
  const rows = server.url.startsWith('mysql')
    ? await server.sql(
        `SELECT name FROM (SELECT schema_name AS name FROM information_schema.schemata UNION ALL SELECT user FROM mysql.user) t WHERE ${bases}`,
      )
    : await server.sql(
        `SELECT name FROM (SELECT datname AS name FROM pg_database UNION ALL SELECT rolname FROM pg_roles) t WHERE ${bases}`,
      );
  return rows.map((row) => String(row.name));
}

/** An address with parts replaced. */
export function changed(url: string, parts: { user?: string; password?: string; database?: string }): string {
  const found = new URL(url);
  if (parts.user !== undefined) found.username = parts.user;
  if (parts.password !== undefined) found.password = parts.password;
  if (parts.database !== undefined) found.pathname = `/${parts.database}`;
  return found.href;
}

/** True where something listens there. */
export function listens(place: { port: number } | { path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', ...place }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
