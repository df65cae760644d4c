// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose files have such placeholders
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/files/source-file.ts';
import { parseDatabaseUrl, schemeOf, withDriver } from '../../src/settings/database-url.ts';

function parsed(text: string) {
  const url = parseDatabaseUrl(text);
  if (!url) throw new Error(`${text} was not read`);
  const { ranges: _ranges, ...parts } = url;
  return parts;
}

describe('reading database addresses', () => {
  it.each([
    [
      'postgresql://u:p@h:5432/d',
      { dialect: 'postgresql', user: 'u', password: 'p', host: 'h', port: 5432, database: 'd' },
    ],
    ['postgres://u@h/d', { scheme: 'postgres', dialect: 'postgresql', user: 'u', host: 'h', database: 'd' }],
    [
      'postgresql+asyncpg://h/d?ssl=require&x=',
      {
        driver: 'asyncpg',
        query: [
          ['ssl', 'require'],
          ['x', ''],
        ],
      },
    ],
    ['postgresql://u:p%40%2F@[::1]:5433/d', { password: 'p@/', host: '::1', port: 5433 }],
    [
      'postgresql+psycopg2:///d?host=/var/run/postgresql',
      { database: 'd', hosts: [{ host: '/var/run/postgresql' }] },
    ],
    [
      'postgresql://u:p@h1:1,h2:2/d',
      {
        host: 'h1',
        port: 1,
        hosts: [
          { host: 'h1', port: 1 },
          { host: 'h2', port: 2 },
        ],
      },
    ],
    [
      'postgresql+asyncpg://u:p@/d?host=a:1&host=b:2',
      {
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
      },
    ],
    ['sqlite://', { dialect: 'sqlite', query: [] }],
    ['sqlite:///./app.db', { database: './app.db' }],
    ['sqlite:////srv/app.db', { database: '/srv/app.db' }],
    ['sqlite+aiosqlite:///:memory:', { driver: 'aiosqlite', database: ':memory:' }],
    [
      'sqlite:///file:app.db?mode=ro&uri=true',
      {
        database: 'file:app.db',
        query: [
          ['mode', 'ro'],
          ['uri', 'true'],
        ],
      },
    ],
    ['mysql+aiomysql://u:p@h/d?charset=utf8mb4', { dialect: 'mysql', driver: 'aiomysql' }],
    ['mariadb+pymysql://h/d', { dialect: 'mariadb', driver: 'pymysql' }],
    ['postgresql+psycopg3://h/d', { driver: 'psycopg', scheme: 'postgresql+psycopg3' }],
    ['asyncpg://h/d', { dialect: 'postgresql', driver: 'asyncpg' }],
    ['sqllite:///a.db', { dialect: 'sqlite' }],
    ['postgresql://${DB_USER:-app}:${DB_PASSWORD:?set it}@db:5432/${DB}', { dialect: 'postgresql' }],
    [
      'postgresql://${U:-a}:${P:-b@c}@db:5432/${DB}',
      { user: '${U:-a}', password: '${P:-b@c}', host: 'db', database: '${DB}' },
    ],
    [
      'postgresql://{user}:{password}@{host}/{name}',
      { user: '{user}', password: '{password}', host: '{host}', database: '{name}' },
    ],
  ])('%s', (text, expected) => {
    expect(parsed(text)).toMatchObject(expected);
  });

  it.each([
    ['postgresql://u:p@db:${PORT}/d', [{ host: 'db' }]],
    ['postgresql://[::1]/d', [{ host: '::1' }]],
    ['postgresql:///d?host=::1', [{ host: '::1' }]],
    ['postgresql://h1,h2:2/d', [{ host: 'h1' }, { host: 'h2', port: 2 }]],
  ])('the hosts of %s', (text, hosts) => {
    expect(parsed(text).hosts).toEqual(hosts);
  });

  it('keeps a broken percent sign as it is', () => {
    expect(parsed('postgresql://u:50%@h/d').password).toBe('50%');
  });

  it.each([
    '',
    'DATABASE_URL',
    'redis://localhost:6379/0',
    'jdbc:postgresql://h/d',
    'http://h/d',
    'mongodb://h/d',
    'amqp://h',
    'driver://user:pass@localhost/dbname',
    ' postgresql://h/d',
    '"postgresql://h/d"',
    'postgresql:/h/d',
    'constructor://h',
    'postgresql',
    '__proto__+asyncpg://h',
  ])('%j is none', (text) => {
    expect(parseDatabaseUrl(text)).toBeUndefined();
  });

  it('knows where each part stands', () => {
    const WORD = fc.stringMatching(/^[\w.~-]{1,8}$/);
    const PARTS = fc.record({
      dialect: fc.constantFrom('postgresql', 'mysql', 'sqlite'),
      driver: fc.option(WORD),
      user: WORD,
      password: WORD,
      host: WORD,
      port: fc.nat({ max: 65535 }),
      database: WORD,
      query: fc.array(fc.tuple(WORD, WORD), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(PARTS, ({ dialect, driver, user, password, host, port, database, query }) => {
        const scheme = driver ? `${dialect}+${driver.replace(/\W/g, '')}` : dialect;
        const search = query.map((pair) => pair.join('=')).join('&');
        const text = `${scheme}://${user}:${password}@${host}:${port}/${database}${search && `?${search}`}`;
        const url = parseDatabaseUrl(text);
        const part = (name: 'scheme' | 'user' | 'password' | 'host' | 'port' | 'database') => {
          const range = url?.ranges[name];
          return range && text.slice(range.start, range.end);
        };
        expect([
          part('scheme'),
          part('user'),
          part('password'),
          part('host'),
          part('port'),
          part('database'),
        ]).toEqual([scheme, user, password, host, String(port), database]);
        expect(url?.ranges.pairs.map((pair) => text.slice(pair.start, pair.end))).toEqual(
          query.map((pair) => pair.join('=')),
        );
      }),
    );
  });
});

/** What make_url said, as in `data/make-url.json`; the query is grouped by name there. */
type Said = [
  scheme: string,
  user: string | null,
  password: string | null,
  host: string | null,
  port: number | null,
  database: string | null,
  query: [string, string][],
];

describe('what SQLAlchemy makes of an address', () => {
  const rows: [text: string, said: Said | null][] = JSON.parse(
    readFileSync(new URL('data/make-url.json', import.meta.url), 'utf8'),
  ).rows;
  const ours = rows.filter(([text]) => parseDatabaseUrl(text));

  it('is what we read', () => {
    const taken = ours.filter(([, said]) => said !== null && !said[3]?.includes(','));
    expect(taken.length).toBeGreaterThan(200);
    for (const [text, said] of taken) {
      const url = parseDatabaseUrl(text);
      const query = url?.query.filter(([, value]) => value !== '') ?? [];
      expect([text, url?.scheme, url?.user, url?.password, url?.host, url?.port, url?.database]).toEqual([
        text,
        ...(said?.slice(0, 6) ?? []).map((part, index) =>
          index === 5 ? part || undefined : (part ?? undefined),
        ),
      ]);
      expect([text, grouped(query)]).toEqual([text, said?.[6]]);
    }
  });

  it.each([
    'postgresql+{driver}://h/d',
    'postgresql+${DRIVER}://h/d',
    '{dialect}://h/d',
    'postgresql+{driver}',
  ])('is not what a scheme that is put together will become: %s', (text) => {
    expect(parseDatabaseUrl(text)).toBeUndefined();
  });

  it('is refused only for its port where we read it, so that placeholders and several hosts are read', () => {
    const refused = ours.filter(([, said]) => said === null).map(([text]) => text);
    expect(refused.length).toBeGreaterThan(20);
    expect(refused.filter((text) => /^\d+$/.test(portText(text) ?? ''))).toEqual([]);
  });

  it('is refused by us only for its dialect', () => {
    const unread = rows.filter(([text, said]) => said && !parseDatabaseUrl(text));
    expect(unread.length).toBeGreaterThan(3);
    for (const [text] of unread) expect(text).toMatch(/^(a\+b\+c|http|redis|mongodb\+srv|driver):/);
  });

  function portText(text: string): string | undefined {
    const range = parseDatabaseUrl(text)?.ranges.port;
    return range && text.slice(range.start, range.end);
  }
  function grouped(query: [string, string][]): [string, string][] {
    const names = [...new Set(query.map(([name]) => name))];
    return names.flatMap((name) => query.filter((pair) => pair[0] === name));
  }
});

describe('writing the driver', () => {
  const write = (text: string, dialect: string, driver?: string) => {
    const edit = withDriver(text, dialect, driver);
    return edit && applyEdits(text, [edit]);
  };

  it.each([
    ['postgresql://u:p@h/d', 'postgresql+asyncpg://u:p@h/d'],
    ['postgres://u:p%40@h/d?sslmode=require', 'postgresql+asyncpg://u:p%40@h/d?sslmode=require'],
    [
      'postgresql+psycopg2://postgresql:postgres@h/postgresql',
      'postgresql+asyncpg://postgresql:postgres@h/postgresql',
    ],
    ['asyncpg://h/d', 'postgresql+asyncpg://h/d'],
    ['postgresql://${U}:${P}@db/x', 'postgresql+asyncpg://${U}:${P}@db/x'],
  ])('%s', (text, expected) => {
    expect(write(text, 'postgresql', 'asyncpg')).toBe(expected);
  });

  it('takes the driver away', () => {
    expect(write('postgresql+asyncpg://h/d', 'postgresql')).toBe('postgresql://h/d');
    expect(schemeOf('sqlite')).toBe('sqlite');
  });

  it.each(['postgresql+asyncpg://h/d', 'redis://h', ''])('leaves %j alone', (text) => {
    expect(write(text, 'postgresql', 'asyncpg')).toBeUndefined();
  });
});
