import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DatabaseAddress } from '../../src/types.ts';
import { changed, left, realMysql, realPostgres, realRedis, type Server } from '../verify/servers.ts';
import { factsOf, replaced, SOUND, type Tried, tried, writeAll } from '../verify/tiny.ts';

const LONG = 240_000;
const postgres = await realPostgres();
const mariadb = await realMysql();
const redis = await realRedis();

function notPassing({ verdict }: Tried): string[] {
  return verdict.checks
    .filter((one) => one.after.status !== 'pass')
    .map((one) => `${one.id}: ${one.after.status}: ${one.after.evidence}`);
}

/** The scratch databases that a verification says it has made. */
function madeBy({ said }: Pick<Tried, 'said'>): string[] {
  return said.flatMap((text) => /scratch database (fix_backend_.*)/.exec(text)?.[1]?.split(', ') ?? []);
}

/** A database of the person's own, with the tables that the backend would make, and one row. */
async function own(server: Server, work: (url: string) => Promise<void>): Promise<void> {
  const name = 'fixb_databases_own';
  const url = changed(server.url, { database: name });
  await server.sql(`DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name}`);
  try {
    const inside = server.url.startsWith('mysql')
      ? server
      : await import('pg').then(({ default: pg }) => ({
          sql: async (...statements: string[]) => {
            const client = new pg.Client({ connectionString: url });
            await client.connect();
            let rows: Record<string, unknown>[] = [];
            for (const statement of statements) rows = (await client.query(statement)).rows;
            await client.end();
            return rows;
          },
        }));
    const table = server.url.startsWith('mysql') ? `${name}.thing` : 'thing';
    await inside.sql(`CREATE TABLE ${table} (mine int)`, `INSERT INTO ${table} VALUES (7)`);
    await work(url);
    expect(await inside.sql(`SELECT * FROM ${table}`)).toEqual([{ mine: 7 }]);
  } finally {
    await server.sql(`DROP DATABASE IF EXISTS ${name}`);
  }
}

function address(more: Partial<DatabaseAddress>): DatabaseAddress {
  const [first] = factsOf(SOUND).addresses;
  return { ...(first as DatabaseAddress), ...more };
}

const ON_MYSQL = {
  'requirements.txt':
    'fastapi>=0.115\nuvicorn>=0.30\nsqlmodel>=0.0.22\nsqlalchemy[asyncio]>=2\naiomysql\ncryptography\n',
  '.env': 'DATABASE_URL=mysql+aiomysql://tiny:secret@db.internal:3307/tiny_db\n',
  ...replaced('app/models.py', 'name: str', 'name: str = Field(max_length=80)'),
};
const MYSQL_FACTS = { addresses: [address({ dialect: 'mysql', driver: 'aiomysql', port: 3307 })] };

/** Two routes: one that writes, and one whose session is never given back. */
const WRITING = `@router.post("/", status_code=201)
async def create(thing: Thing, session=Depends(get_session)):
    session.add(thing)
    await session.commit()
    return thing
`;
const LEAKING = `from .database import new_session
kept = []
@router.get("/leak/now")
async def leak():
    session = new_session()
    kept.append(session)
    return len((await session.exec(select(Thing))).all())
@router.get("/{thing_id}")`;

describe.skipIf(!postgres)('on a given PostgreSQL', () => {
  const server = postgres as Server;

  test('everything is checked on a scratch database, and the own one stays as it is', { timeout: LONG }, () =>
    own(server, async (url) => {
      const before = replaced('app/things.py', '@router.get("/{thing_id}")', LEAKING);
      const after = { 'app/things.py': `${SOUND['app/things.py']}${WRITING}` };
      const seen = await tried(before, after, {
        options: { databaseUrl: changed(url, { password: 'hunter2' }), probeWrites: true },
      });
      expect(notPassing(seen)).toEqual([]);
      expect(seen.check('connections').before).toMatchObject({ status: 'fail' });
      expect(seen.check('connections').before.evidence).toMatch(/in a transaction .*SELECT thing/);
      expect(seen.check('writes').after.evidence).toContain('create 201');
      expect(seen.check('tables').after.evidence).toMatch(/thing \(PostgreSQL \d+\S* of --database-url\)/);
      expect(JSON.stringify([seen.verdict, seen.said])).not.toContain('hunter2');
      const made = madeBy(seen);
      expect(made).toHaveLength(2);
      expect(await left(server, made)).toEqual([]);
    }),
  );

  test('nothing is left where the backend dies, nor what it is not given', { timeout: LONG }, async () => {
    const grab = `import os
found = [name for name in os.environ if "hunter" in os.environ[name]]
for process in filter(str.isdigit, os.listdir("/proc")):
    found += [process] if b"hunter" in open(f"/proc/{process}/environ", "rb").read() + open(f"/proc/{process}/cmdline", "rb").read() else []
for folder, _, names in os.walk("/look"):
    found += [name for name in names if not name.endswith(".sock") and b"hunter" in open(os.path.join(folder, name), "rb").read()]
print("FOUND", found, flush=True)
os.abort()
`;
    const seen = await tried(
      undefined,
      replaced('app/main.py', 'from contextlib', `${grab}from contextlib`),
      {
        options: { databaseUrl: changed(server.url, { password: 'hunter2' }) },
      },
    );
    expect(seen.check('server').after.status).toBe('fail');
    expect(seen.check('server').after.log).toContain('FOUND []');
    expect(await left(server, madeBy(seen))).toEqual([]);
  });

  test.each(['SIGKILL', 'SIGINT'] as const)(
    '%s in the middle leaves no database',
    { timeout: LONG },
    async (signal) => {
      const folder = mkdtempSync(join(tmpdir(), 'tiny-given-'));
      const files = {
        ...SOUND,
        ...replaced(
          'app/main.py',
          'from fastapi import FastAPI',
          'import time\ntime.sleep(300)\nfrom fastapi import FastAPI',
        ),
      };
      writeAll(join(folder, 'project'), files);
      const input = {
        absoluteRoot: join(folder, 'project'),
        backend: factsOf(files),
        options: { sandbox: true, databaseUrl: server.url },
      };
      const stage = join(import.meta.dirname, '../../src/stages/verify.ts');
      writeFileSync(
        join(folder, 'program.mts'),
        `import { verify } from ${JSON.stringify(stage)};\nawait verify(${JSON.stringify(input)}, ({ text }) => console.log(text));\n`,
      );
      const child = spawn(process.execPath, ['--import', 'tsx', join(folder, 'program.mts')], {
        stdio: ['ignore', 'pipe', 'inherit'],
        cwd: join(import.meta.dirname, '../..'),
      });
      try {
        const said: string[] = [];
        child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(...text.split('\n')));
        await expect.poll(() => madeBy({ said }).length, { timeout: 120_000 }).toBeGreaterThan(0);
        await expect
          .poll(() => said.some((text) => text.includes('importing')), { timeout: 60_000 })
          .toBe(true);
        const made = madeBy({ said });
        expect(await left(server, made)).toHaveLength(2);
        child.kill(signal);
        await expect.poll(() => left(server, made), { timeout: 40_000 }).toEqual([]);
      } finally {
        child.kill('SIGKILL');
        for (const name of readdirSync(tmpdir()).filter((one) =>
          one.startsWith(`fix-backend-verify-${child.pid}-`),
        ))
          rmSync(join(tmpdir(), name), { recursive: true, force: true });
        rmSync(folder, { recursive: true });
      }
    },
  );

  test('without a box, the backend is sent there as well', { timeout: LONG }, async () => {
    const seen = await tried(undefined, {}, { options: { databaseUrl: server.url, sandbox: false } });
    expect(notPassing(seen)).toEqual([]);
    expect(seen.check('tables').after.evidence).toContain('--database-url');
    expect(await left(server, madeBy(seen))).toEqual([]);
  });

  test('an extension that the server has not, and a right that the scratch role has not, are no failures', {
    timeout: LONG,
  }, async () => {
    const statement = (sql: string) =>
      replaced(
        'app/database.py',
        'await connection.run_sync',
        `from sqlalchemy import text\n        await connection.execute(text('${sql}'))\n        await connection.run_sync`,
      );
    const options = { databaseUrl: server.url };
    const lacking = await tried(
      statement('CREATE EXTENSION "no-such-extension"'),
      statement('CREATE ROLE x'),
      { options },
    );
    expect(lacking.check('server').before).toMatchObject({
      status: 'unknown',
      evidence: expect.stringContaining('has no extension no-such-extension'),
    });
    expect(lacking.check('server').after).toMatchObject({
      status: 'unknown',
      evidence: expect.stringContaining('scratch role'),
    });
  });
});

describe.skipIf(!mariadb)('on a given MySQL or MariaDB', () => {
  const server = mariadb as Server;

  test('everything is checked on a scratch database, and the own one stays as it is', { timeout: LONG }, () =>
    own(server, async (url) => {
      const before = replaced('app/things.py', '@router.get("/{thing_id}")', LEAKING);
      const after = { ...ON_MYSQL, 'app/things.py': `${SOUND['app/things.py']}${WRITING}` };
      const seen = await tried({ ...ON_MYSQL, ...before }, after, {
        facts: MYSQL_FACTS,
        options: { databaseUrl: url, probeWrites: true },
      });
      expect(notPassing(seen)).toEqual([]);
      expect(seen.check('connections').before).toMatchObject({ status: 'fail' });
      expect(seen.check('driver').after.evidence).toContain('aiomysql');
      expect(seen.check('tables').after.evidence).toMatch(/thing \(M\w+ \d+\S* of --database-url\)/);
      const made = madeBy(seen);
      expect(made).toHaveLength(2);
      expect(await left(server, made)).toEqual([]);
    }),
  );

  test('a database of another kind than the one that is named', { timeout: LONG }, async () => {
    const seen = await tried(undefined, ON_MYSQL, {
      facts: MYSQL_FACTS,
      options: { databaseUrl: 'postgresql://nobody@127.0.0.1:9/x' },
    });
    expect(seen.check('tables').after).toMatchObject({
      status: 'unknown',
      evidence: expect.stringContaining(
        '--database-url names a postgresql server; name one with --database-url mysql://',
      ),
    });
  });
});

describe('what is not here', () => {
  test('MySQL is unknown, with what to type', { timeout: LONG }, async () => {
    const { check } = await tried(undefined, ON_MYSQL, { facts: MYSQL_FACTS });
    expect(check('imports').after.status).toBe('pass');
    for (const id of ['server', 'tables', 'session'])
      expect(check(id).after).toMatchObject({
        status: 'unknown',
        evidence: expect.stringContaining('--database-url mysql://'),
      });
  });

  const WITH_REDIS = {
    'requirements.txt': `${SOUND['requirements.txt']}redis>=5\n`,
    '.env': `${SOUND['.env']}REDIS_HOST=cache\nREDIS_PORT=6390\n`,
    'app/main.py': `import os\n${SOUND['app/main.py']}`.replace(
      '    await init_db()\n',
      `    await init_db()
    import redis.asyncio as redis
    store = redis.Redis(host=os.environ["REDIS_HOST"], port=int(os.environ["REDIS_PORT"]), password="x", db=2, retry=None)
    await store.set("fixb", "from the backend")
    await store.aclose()
`,
    ),
  };

  test.each([true, false])(
    'Redis is named with its setting and what to type; in a box: %s',
    { timeout: LONG },
    async (sandbox) => {
      const { check } = await tried(undefined, WITH_REDIS, { options: { sandbox } });
      for (const id of ['server', 'session', 'tables'])
        expect(check(id).after).toMatchObject({
          status: 'unknown',
          evidence: expect.stringContaining(
            'Redis at cache:6390 (REDIS_HOST in .env); lend one with --redis-url',
          ),
        });
    },
  );

  test.skipIf(!redis).each([true, false])(
    'a Redis that is lent; in a box: %s',
    { timeout: LONG },
    async (sandbox) => {
      const server = redis as NonNullable<typeof redis>;
      const before = await server.run(0, 'INFO', 'keyspace');
      const seen = await tried(undefined, WITH_REDIS, { options: { sandbox, redisUrl: server.url } });
      expect(notPassing(seen)).toEqual([]);
      expect(await server.run(0, 'INFO', 'keyspace')).toEqual(before);
    },
  );
});

describe('addresses in other forms', () => {
  /** The address put together from parts, as settings classes do. */
  const IN_PARTS = (host: string, port: number) => ({
    '.env': `POSTGRES_HOST=${host}\nPOSTGRES_PORT=${port}\n`,
    ...replaced(
      'app/settings.py',
      'DATABASE_URL = os.environ["DATABASE_URL"]',
      "DATABASE_URL = f\"postgresql+asyncpg://tiny:secret@{os.environ['POSTGRES_HOST']}:{os.environ['POSTGRES_PORT']}/tiny_db\"",
    ),
  });
  const inParts = (host: string, port: number) => ({
    addresses: [address({ host, port, place: { file: 'app/settings.py', start: 200, end: 210 } })],
  });

  test.each([
    [true, 'db.internal', 5433],
    [true, '10.11.12.13', 6543],
    [false, 'db.internal', 5433],
    [false, '127.0.0.1', 5432],
  ])('host and port by themselves; in a box: %s, %s:%i', { timeout: LONG }, async (sandbox, host, port) => {
    const seen = await tried(undefined, IN_PARTS(host, port), {
      facts: inParts(host, port),
      options: { sandbox },
    });
    expect(notPassing(seen)).toEqual([]);
  });

  test('without a box, a host that no setting names is not started', { timeout: LONG }, async () => {
    const fixed = replaced(
      'app/settings.py',
      'os.environ["DATABASE_URL"]',
      '"".join(["postgresql+asyncpg:", "//tiny@db.internal", "/x"])',
    );
    const facts = { addresses: [address({ place: { file: 'app/settings.py', start: 0, end: 5 } })] };
    const { check } = await tried(
      undefined,
      { ...fixed, '.env': 'A=1\n' },
      { facts, options: { sandbox: false } },
    );
    for (const id of ['imports', 'server'])
      expect(check(id).after).toMatchObject({
        status: 'unknown',
        evidence: expect.stringContaining('a database of your own (db.internal:5433'),
      });
  });

  test('several databases on several ports', { timeout: LONG }, async () => {
    const files = {
      '.env': `${SOUND['.env']}REPORTS_URL=postgresql+asyncpg://reader@10.11.12.13:6001/reports\n`,
      ...replaced(
        'app/settings.py',
        'DATABASE_URL = os',
        'REPORTS_URL = os.environ["REPORTS_URL"]\nDATABASE_URL = os',
      ),
      'app/reports.py': `from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from .settings import REPORTS_URL
reports = create_async_engine(REPORTS_URL)
async def name():
    async with reports.connect() as connection:
        return (await connection.execute(text("SELECT current_database() || inet_server_port()"))).scalar()
`,
      ...replaced(
        'app/main.py',
        'return {"status": "healthy"}',
        'from .reports import name\n    return {"reports": await name()}',
      ),
    };
    const second = address({
      variable: 'REPORTS_URL',
      host: '10.11.12.13',
      port: 6001,
      database: 'reports',
      user: 'reader',
    });
    const seen = await tried(undefined, files, { facts: { addresses: [address({}), second] } });
    expect(notPassing(seen)).toEqual([]);
    expect(seen.check('health').after.evidence).toContain('reports5433');
  });

  test.each([
    ['require', '{"ssl": "require"}', 'pass'],
    ['a context that checks', '{"ssl": __import__("ssl").create_default_context()}', 'unknown'],
    ['verify-full', '{"ssl": "verify-full"}', 'unknown'],
  ])('TLS that is hard-coded: %s', { timeout: LONG }, async (_, connect, status) => {
    execFileSync('openssl', ['version']);
    const { check } = await tried(
      undefined,
      replaced(
        'app/database.py',
        'create_async_engine(DATABASE_URL)',
        `create_async_engine(DATABASE_URL, connect_args=${connect})`,
      ),
    );
    for (const id of ['server', 'session', 'tables']) {
      expect([id, check(id).after.status]).toEqual([id, status]);
      if (status === 'unknown')
        expect(check(id).after.evidence).toContain('checks the certificate of its server');
    }
  });
});
