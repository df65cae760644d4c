import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Endpoint, LentDatabase, LentRedis } from '../../src/verify/given/messages.ts';
import { ask, openRedis } from '../../src/verify/given/redis-scratch.ts';
import { isLeftover, mark } from '../../src/verify/given/scratch.ts';
import { serverAddress, serverKind } from '../../src/verify/given/server-address.ts';
import { type Lending, lend } from '../../src/verify/lending.ts';
import { changed, left, listens, ownRedis, realMysql, realPostgres } from './servers.ts';

const LONG = 120_000;
const postgres = await realPostgres();
const mariadb = await realMysql();
const redis = await ownRedis(4);
afterAll(() => redis?.stop());

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'given-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Lends, and takes back whatever happens. */
async function lent<T>(
  request: { database?: string; redis?: string; names?: string[] },
  work: (lending: Lending) => Promise<T>,
): Promise<T> {
  const lending = await lend({
    absoluteScratch: folder,
    ...(request.database ? { database: { url: request.database, names: request.names ?? ['app'] } } : {}),
    ...(request.redis ? { redis: { url: request.redis } } : {}),
  });
  try {
    return await work(lending);
  } finally {
    expect(await lending.end()).toEqual([]);
    const { database } = lending;
    const server = request.database?.startsWith('mysql') ? mariadb : postgres;
    if (server && database && 'made' in database) expect(await left(server, database.made)).toEqual([]);
  }
}

function of(lending: Lending): LentDatabase {
  const { database } = lending;
  if (!database || 'problem' in database) throw new Error(`nothing is lent: ${database?.problem}`);
  return database;
}

function portOf(endpoint: Endpoint): number {
  if ('path' in endpoint) throw new Error('that is no port');
  return endpoint.port;
}

/** One statement as a client of the backend would send it, with whatever name and password. */
async function asBackend(lending: Lending, statement: string, database = 'app', more: pg.ClientConfig = {}) {
  const { endpoint } = of(lending);
  const client = new pg.Client({
    host: '127.0.0.1',
    port: portOf(endpoint),
    user: 'tiny',
    password: 'wrong',
    database,
    ...more,
  });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('addresses of servers', () => {
  test.each([
    [
      'postgresql+asyncpg://u:p%40w@h:6000/d?ssl=require',
      { kind: 'postgresql', host: 'h', port: 6000, user: 'u', password: 'p@w', database: 'd' },
    ],
    [
      'postgres:///d?host=/var/run/postgresql',
      { kind: 'postgresql', host: '/var/run/postgresql', port: 5432, database: 'd' },
    ],
    ['mariadb+pymysql://u@h', { kind: 'mysql', host: 'h', port: 3306, user: 'u' }],
    ['mysql://u@h?unix_socket=/run/s.sock', { kind: 'mysql', host: '/run/s.sock' }],
  ])('%s', (url, parts) => expect(serverAddress(url)).toMatchObject(parts));

  test.each([
    ['postgresql://h', 'prefer'],
    ['postgresql://h?sslmode=disable', 'off'],
    ['mysql://h?ssl-mode=REQUIRED', { rejectUnauthorized: false }],
    ['postgresql://h?sslmode=verify-full', { rejectUnauthorized: true }],
  ])('%s with TLS %j', (url, tls) => expect(serverAddress(url).tls).toEqual(tls));

  test.each(['sqlite:///a.db', 'oracle://h', 'h:5432'])('%s is none', (url) => {
    expect(serverKind(url)).toBeUndefined();
    expect(() => serverAddress(url)).toThrow('--database-url takes');
  });
});

describe('marks', () => {
  test('a mark of ours is left over once its program is gone, or after a day; nothing else ever is', () => {
    expect(isLeftover(mark())).toBe(false);
    const changedTo = (change: object) => {
      const own = JSON.parse(mark().slice('fix-backend scratch '.length));
      return `fix-backend scratch ${JSON.stringify({ ...own, ...change })}`;
    };
    expect(isLeftover(changedTo({ pid: 2 ** 22 + 1 }))).toBe(true);
    expect(isLeftover(changedTo({ pid: 2 ** 22 + 1, host: 'another' }))).toBe(false);
    expect(isLeftover(changedTo({ host: 'another', made: Date.now() / 1000 - 25 * 3600 }))).toBe(true);
    expect(isLeftover(changedTo({ made: 'yesterday', pid: 2 ** 22 + 1 }))).toBe(false);
    for (const text of [
      null,
      '',
      'fix-backend scratch',
      'fix-backend scratch {',
      'my scratch {"made":0,"pid":1}',
    ])
      expect(isLeftover(text)).toBe(false);
  });
});

describe.skipIf(!postgres)('a given PostgreSQL', () => {
  const server = postgres as NonNullable<typeof postgres>;

  test('lends a database for each name to whoever comes, with nothing of the server in sight', {
    timeout: LONG,
  }, async () => {
    await lent({ database: server.url, names: ['app', 'other'] }, async (lending) => {
      const { made } = of(lending);
      expect(made).toHaveLength(2);
      const who =
        'SELECT current_database() AS db, current_user AS name, rolsuper OR rolcreatedb OR rolcreaterole AS may FROM pg_roles WHERE rolname = current_user';
      expect(await asBackend(lending, who)).toEqual([{ db: made[0], name: made[0], may: false }]);
      expect(await asBackend(lending, who, 'other')).toMatchObject([{ db: made[1] }]);
      expect(await asBackend(lending, who, 'postgres')).toMatchObject([{ db: made[0] }]);
      expect(
        await asBackend(lending, 'SELECT 1 AS one', 'app', { ssl: { rejectUnauthorized: false } }),
      ).toEqual([{ one: 1 }]);
      await expect(asBackend(lending, 'CREATE DATABASE x')).rejects.toThrow('permission denied');
    });
  });

  test('a connection that stays in a transaction is told, with its statement', {
    timeout: LONG,
  }, async () => {
    await lent({ database: server.url }, async (lending) => {
      const { endpoint, question } = of(lending);
      const client = new pg.Client({ host: '127.0.0.1', port: portOf(endpoint), user: 'u', database: 'app' });
      await client.connect();
      await client.query('BEGIN');
      await client.query('SELECT 42 AS left_open');
      expect(await answered(question, 'left-open')).toEqual({ open: 1, statement: 'SELECT 42 AS left_open' });
      await client.query('ROLLBACK');
      expect(await answered(question, 'left-open')).toMatchObject({ open: 0 });
      await client.query('CREATE TABLE t (a int)');
      await client.end();
      expect(await answered(question, 'anew')).toBe(true);
      await expect(asBackend(lending, 'SELECT * FROM t')).rejects.toThrow('does not exist');
    });
  });

  test('an account without the right to make roles is used itself; one without databases is refused', {
    timeout: LONG,
  }, async () => {
    await server.sql('CREATE ROLE fixb_given_maker LOGIN CREATEDB', 'CREATE ROLE fixb_given_none LOGIN');
    try {
      await lent({ database: changed(server.url, { user: 'fixb_given_maker' }) }, async (lending) => {
        expect(of(lending).ownRole).toBe(false);
        expect(await asBackend(lending, 'SELECT current_user AS name')).toEqual([
          { name: 'fixb_given_maker' },
        ]);
      });
      const refused = await lend({
        absoluteScratch: folder,
        database: { url: changed(server.url, { user: 'fixb_given_none' }), names: ['a'] },
      });
      expect(refused.database).toEqual({ problem: 'fixb_given_none may not create databases there' });
      await refused.end();
    } finally {
      await server.sql('DROP ROLE fixb_given_maker', 'DROP ROLE fixb_given_none');
    }
  });

  test('what killed runs left is dropped by the next one, and nothing that is not marked', {
    timeout: LONG,
  }, async () => {
    const dead = mark().replace(/"pid":\d+/, `"pid":${2 ** 22 + 1}`);
    await server.sql(
      'CREATE ROLE fix_backend_0123456789ab',
      `COMMENT ON ROLE fix_backend_0123456789ab IS '${dead}'`,
      'CREATE DATABASE fix_backend_0123456789ab OWNER fix_backend_0123456789ab',
      'CREATE DATABASE fix_backend_0123456789ab_2',
      `COMMENT ON DATABASE fix_backend_0123456789ab_2 IS '${dead}'`,
      'CREATE DATABASE fix_backend_of_mine',
      'CREATE DATABASE fix_backend_at_work',
      `COMMENT ON DATABASE fix_backend_at_work IS '${mark()}'`,
      'CREATE DATABASE fixb_given_marked',
      `COMMENT ON DATABASE fixb_given_marked IS '${dead}'`,
    );
    try {
      await lent({ database: server.url }, async () => {});
      const left = await server.sql(
        "SELECT datname FROM pg_database WHERE datname ~ '^fix(_backend|b_given)'",
      );
      const names = left.map((row) => row.datname);
      expect(names).toEqual(
        expect.arrayContaining(['fix_backend_of_mine', 'fix_backend_at_work', 'fixb_given_marked']),
      );
      expect(names.filter((name) => String(name).includes('0123456789ab'))).toEqual([]);
      expect(await server.sql("SELECT 1 FROM pg_roles WHERE rolname = 'fix_backend_0123456789ab'")).toEqual(
        [],
      );
    } finally {
      for (const name of ['fix_backend_of_mine', 'fix_backend_at_work', 'fixb_given_marked'])
        await server.sql(`DROP DATABASE IF EXISTS ${name}`);
    }
  });

  test.each(['SIGKILL', 'SIGINT'] as const)(
    '%s of the program that borrowed it leaves nothing',
    { timeout: LONG },
    async (signal) => {
      const servers = [server, ...(mariadb ? [mariadb] : [])];
      const stage = join(import.meta.dirname, '../../src/verify/lending.ts');
      const program = join(folder, 'program.mts');
      const requests = servers.map(({ url }) => ({
        absoluteScratch: folder,
        database: { url, names: ['a'] },
      }));
      writeFileSync(
        program,
        `import { lend } from ${JSON.stringify(stage)};
const made = [];
for (const one of ${JSON.stringify(requests)}) made.push((await lend(one)).database.made);
console.log(JSON.stringify(made));
setInterval(() => {}, 1000);
`,
      );
      const child = spawn(process.execPath, ['--import', 'tsx', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
        cwd: join(import.meta.dirname, '../..'),
      });
      try {
        const [said] = await once(child.stdout, 'data');
        const made = JSON.parse(String(said)) as string[][];
        const there = () => Promise.all(servers.map((one, at) => left(one, made[at] ?? [])));
        expect((await there()).map((names) => names.length > 1)).toEqual(servers.map(() => true));
        child.kill(signal);
        await once(child, 'exit');
        await expect.poll(there, { timeout: 30_000 }).toEqual(servers.map(() => []));
      } finally {
        child.kill('SIGKILL');
      }
    },
  );

  test('a server that is not there is named without its password', { timeout: LONG }, async () => {
    const { database } = await lend({
      absoluteScratch: folder,
      database: { url: 'postgresql://u:hunter2@127.0.0.1:9/d', names: ['a'] },
    });
    expect(JSON.stringify(database)).toContain('ECONNREFUSED 127.0.0.1:9');
    expect(JSON.stringify(database)).not.toContain('hunter2');
  });
});

describe.skipIf(!mariadb)('a given MySQL or MariaDB', () => {
  const server = mariadb as NonNullable<typeof mariadb>;

  async function query(
    lending: Lending,
    statement: string,
    database = 'app',
    more: mysql.ConnectionOptions = {},
  ) {
    const { endpoint } = of(lending);
    const client = await mysql.createConnection({
      host: '127.0.0.1',
      port: portOf(endpoint),
      user: 'tiny',
      password: 'wrong',
      database,
      ...more,
    });
    try {
      return (await client.query(statement))[0];
    } finally {
      await client.end();
    }
  }

  test('lends a database for each name to a user who sees no other', { timeout: LONG }, async () => {
    await server.sql(
      'CREATE DATABASE IF NOT EXISTS fixb_given_own',
      'CREATE TABLE IF NOT EXISTS fixb_given_own.t (a int)',
    );
    try {
      await lent(
        { database: changed(server.url, { database: 'fixb_given_own' }), names: ['app', 'other'] },
        async (lending) => {
          const { made } = of(lending);
          expect(await query(lending, 'SELECT DATABASE() AS db')).toEqual([{ db: made[0] }]);
          expect(
            await query(lending, 'SELECT DATABASE() AS db', 'other', { ssl: { rejectUnauthorized: false } }),
          ).toEqual([{ db: made[1] }]);
          const seen = (await query(lending, 'SHOW DATABASES')) as { Database: string }[];
          expect(seen.map((row) => row.Database).sort()).toEqual([...made, 'information_schema'].sort());
          await expect(query(lending, 'SELECT * FROM fixb_given_own.t')).rejects.toThrow(/denied/);
        },
      );
      expect(await server.sql('SHOW TABLES FROM fixb_given_own')).toHaveLength(1);
    } finally {
      await server.sql('DROP DATABASE fixb_given_own');
    }
  });

  test('a connection that stays in a transaction is told', { timeout: LONG }, async () => {
    await lent({ database: server.url }, async (lending) => {
      const { endpoint, question } = of(lending);
      const client = await mysql.createConnection({
        host: '127.0.0.1',
        port: portOf(endpoint),
        user: 'u',
        database: 'app',
      });
      await client.query('CREATE TABLE t (a int)');
      await client.query('BEGIN');
      await client.query('INSERT INTO t VALUES (1)');
      expect(await answered(question, 'left-open')).toMatchObject({ open: 1 });
      await client.query('COMMIT');
      await expect.poll(() => answered(question, 'left-open')).toMatchObject({ open: 0 });
      expect(await answered(question, 'anew')).toBe(true);
      await client.end();
      await expect(query(lending, 'SELECT * FROM t')).rejects.toThrow("doesn't exist");
    });
  });

  test('an account that may make no users, and sees databases of others, is not lent', {
    timeout: LONG,
  }, async () => {
    await server.sql(
      // A run that was killed leaves it.
      "DROP USER IF EXISTS 'fixb_given'@'%'",
      "CREATE USER 'fixb_given'@'%'",
      "GRANT ALL ON `fix\\_backend\\_%`.* TO 'fixb_given'@'%'",
      "GRANT SELECT ON mysql.* TO 'fixb_given'@'%'",
    );
    const as = async () => {
      const lending = await lend({
        absoluteScratch: folder,
        database: { url: changed(server.url, { user: 'fixb_given' }), names: ['a'] },
      });
      return { database: lending.database, left: await lending.end() };
    };
    try {
      expect(JSON.stringify(await as())).toMatch(
        /may make no user who sees the scratch database only, and sees others itself/,
      );
      await server.sql("REVOKE SELECT ON mysql.* FROM 'fixb_given'@'%'");
      const seen = await as();
      // MariaDB comes with a database `test` that everybody sees.
      if (seen.database && 'made' in seen.database)
        expect(seen).toMatchObject({ database: { ownRole: false }, left: [] });
      else expect(JSON.stringify(seen.database)).toContain('sees others itself');
    } finally {
      await server.sql("DROP USER 'fixb_given'@'%'");
    }
  });

  test('what killed runs left is dropped by the next one, and nothing that is not marked', {
    timeout: LONG,
  }, async () => {
    const dead = mark().replace(/"pid":\d+/, `"pid":${2 ** 22 + 1}`);
    const listed = JSON.stringify({
      databases: ['fix_backend_0123456789ab', 'fixb_given_other'],
      user: "'fix_backend_0123456789ab'@'localhost'",
    });
    const names = [
      'fix_backend_0123456789ab',
      'fix_backend_0123456789ab_mark',
      'fix_backend_of_mine',
      'fix_backend_of_mine_mark',
      'fixb_given_other',
    ];
    await server.sql(
      ...names.map((name) => `CREATE DATABASE ${name}`),
      'CREATE TABLE fix_backend_0123456789ab_mark.made_by_fix_backend (mark TEXT, made TEXT)',
      `INSERT INTO fix_backend_0123456789ab_mark.made_by_fix_backend VALUES ('${dead}', '${listed.replaceAll("'", "''")}')`,
    );
    try {
      await lent({ database: server.url }, async () => {});
      const left = (await server.sql('SHOW DATABASES')).map((row) => String(row.Database));
      expect(names.filter((name) => left.includes(name))).toEqual([
        'fix_backend_of_mine',
        'fix_backend_of_mine_mark',
        'fixb_given_other',
      ]);
    } finally {
      for (const name of names) await server.sql(`DROP DATABASE IF EXISTS ${name}`);
    }
  });
});

describe.skipIf(!redis)('a given Redis', () => {
  const server = redis as NonNullable<typeof redis>;
  const keyspace = () => server.run(0, 'INFO', 'keyspace');

  test('lends an empty database for each number, whoever logs in, and empties them again', {
    timeout: LONG,
  }, async () => {
    await server.run(0, 'SET', 'fixb:given', 'mine');
    const before = await keyspace();
    try {
      await lent({ redis: server.url }, async ({ redis: found }) => {
        const port = portOf((found as LentRedis).endpoint);
        const at = { host: '127.0.0.1', port, user: 'u', password: 'wrong', tls: false, unverified: true };
        const stream = await openRedis(at);
        expect(await ask(stream, ['GET', 'fixb:given'])).toBeNull();
        expect(await ask(stream, ['SET', 'a', '0'])).toBe('OK');
        expect(await ask(stream, ['SELECT', '3'])).toBe('OK');
        expect(await ask(stream, ['GET', 'a'])).toBeNull();
        expect(await ask(stream, ['FLUSHALL'])).toBe('OK');
        expect(await ask(stream, ['SELECT', '0'])).toBe('OK');
        expect(await ask(stream, ['GET', 'a'])).toBe('0');
        for (const words of [
          ['SHUTDOWN'],
          ['CONFIG', 'SET', 'save', ''],
          ['SWAPDB', '0', '1'],
          ['EVAL', "return redis.call('SELECT', 0)", '0'],
        ])
          await expect(ask(stream, words)).rejects.toThrow('not-lent-by-fix-backend');
        stream.destroy();
        const encrypted = await openRedis({ ...at, tls: true });
        expect(await ask(encrypted, ['PING'])).toBe('PONG');
        encrypted.destroy();
      });
      expect(await server.run(0, 'GET', 'fixb:given')).toBe('mine');
      expect(await keyspace()).toEqual(before);
    } finally {
      await server.run(0, 'DEL', 'fixb:given');
    }
  });

  test('is refused where none is empty', { timeout: LONG }, async () => {
    const all = Array.from({ length: 4 }, (_, at) => at);
    const filled: number[] = [];
    for (const at of all) if ((await server.run(at, 'DBSIZE')) === 0) filled.push(at);
    for (const at of filled) await server.run(at, 'SET', 'fixb:given', 'full');
    try {
      const lending = await lend({ absoluteScratch: folder, redis: { url: server.url } });
      expect(lending.redis).toEqual({ problem: 'none of its databases is empty' });
      await lending.end();
    } finally {
      for (const at of filled) await server.run(at, 'DEL', 'fixb:given');
    }
  });
});

/** What the lender answers to one question. */
async function answered(place: Endpoint, question: string): Promise<unknown> {
  expect(await listens(place)).toBe(true);
  const { connect } = await import('node:net');
  const socket = connect({ host: '127.0.0.1', port: portOf(place) });
  socket.write(`${question}\n`);
  let text = '';
  for await (const piece of socket) text += piece;
  return JSON.parse(text);
}
