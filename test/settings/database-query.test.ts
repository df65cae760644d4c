// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose files have such placeholders
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/files/source-file.ts';
import { defaultDriver, driverOf, driversOf, isAsyncDriver } from '../../src/settings/database-drivers.ts';
import {
  adaptQuery,
  connectArgsOf,
  isAccepted,
  pythonLiteral,
  queryEdits,
} from '../../src/settings/database-query.ts';
import { parseDatabaseUrl } from '../../src/settings/database-url.ts';
import type { ConnectArgs } from '../../src/settings/query-rule.ts';
import { RUNS } from './runs.ts';

function adapted(driver: string, text: string) {
  return adaptQuery('postgresql', driver, parseDatabaseUrl(text)?.query ?? []);
}
function written(driver: string, query: string): string {
  const text = `postgresql://u:p@h/d?${query}`;
  return applyEdits(text, queryEdits(text, adapted(driver, text))).replace('postgresql://u:p@h/d', '');
}

/** Each parameter was sent to a real server through each driver; the table holds what happened. */
const SEEN: [driver: string, query: string, result: string][] = JSON.parse(
  readFileSync(new URL('data/parameters.json', import.meta.url), 'utf8'),
).rows;

/** What each refused query becomes; every row of it connected. */
const BECOMES: [driver: string, query: string, written: string, connectArgs: ConnectArgs][] = JSON.parse(
  readFileSync(new URL('data/adapted.json', import.meta.url), 'utf8'),
).rows;

/** Taken without an error, and yet not kept. */
const NOT_KEPT = [
  /** MariaDB had no TLS, so that nobody looked at them; with TLS aiomysql wants an ssl.SSLContext (its connection.py, `ssl`). */
  /^aiomysql ssl/,
  /** What they would say is an object, not a text. */
  /^aiomysql cursorclass/,
];

describe('what real drivers did with each parameter', () => {
  const keeps = (driver: string, query: string) =>
    isAccepted(adaptQuery('', driver, parseDatabaseUrl(`postgresql://h/d?${query}`)?.query ?? []));

  it('what was refused is not kept', () => {
    const refused = SEEN.filter(([, , result]) => result === 'refused');
    expect(refused.length).toBeGreaterThan(100);
    expect(refused.filter(([driver, query]) => keeps(driver, query))).toEqual([]);
  });

  it('what was taken is kept', () => {
    const taken = SEEN.filter(
      ([driver, query, result]) =>
        result === 'ok' && !NOT_KEPT.some((rule) => rule.test(`${driver} ${query}`)),
    );
    expect(taken.length).toBeGreaterThan(80);
    expect(taken.filter(([driver, query]) => !keeps(driver, query))).toEqual([]);
  });
});

describe('what a refused query becomes', () => {
  it.each(BECOMES)('%s: %s', (driver, query, expected, connectArgs) => {
    expect(isAccepted(adapted(driver, `postgresql://h/d?${query}`))).toBe(false);
    expect(written(driver, query)).toBe(expected);
    expect(connectArgsOf(adapted(driver, `postgresql://h/d?${query}`))).toEqual(connectArgs);
  });
});

describe('adapting a query', () => {
  it.each([
    ['asyncpg', 'sslmode=require', '?ssl=require'],
    ['asyncpg', 'ssl=true&x=1', '?ssl=require&x=1'],
    ['asyncpg', 'sslmode=require&channel_binding=require', '?ssl=require'],
    ['asyncpg', 'pgbouncer=true&connection_limit=1', ''],
    ['asyncpg', 'connect_timeout=5&target_session_attrs=any&application_name=a', '?target_session_attrs=any'],
    ['asyncpg', 'target_session_attrs=any', '?target_session_attrs=any'],
    ['asyncpg', 'unheard_of=1&sslrootcert=%2Fx.pem', '?unheard_of=1&sslrootcert=%2Fx.pem'],
    ['asyncpg', 'ssl=require&sslmode=require', '?ssl=require&sslmode=require'],
    ['asyncpg', 'sslmode=${MODE}', '?sslmode=${MODE}'],
    ['psycopg', 'sslmode=${MODE}', '?sslmode=${MODE}'],
    ['asyncpg', 'unheard_of=&ssl=&sslmode=require', '?unheard_of=&ssl=&ssl=require'],
    ['psycopg2', 'ssl=require&application_name=a', '?sslmode=require&application_name=a'],
    ['psycopg', 'schema=app&pgbouncer=true', '?options=-csearch_path%3Dapp'],
    ['aiomysql', 'charset=utf8mb4&ssl_disabled=true', '?charset=utf8mb4'],
    ['asyncmy', 'charset=utf8mb4', '?charset=utf8mb4'],
    ['aiosqlite', 'timeout=5&anything=1', '?timeout=5&anything=1'],
    ['pg8000', 'anything=1', '?anything=1'],
  ])('%s: %s', (driver, query, expected) => {
    expect(written(driver, query)).toBe(expected);
  });

  it.each([
    ['endpoint=my-project', { options: 'endpoint=my-project' }],
    ['-c search_path=a\\ b', { options: '-c search_path=a\\ b' }],
    ['-c a=1 -cb.c=2 --d=3', { a: '1', 'b.c': '2', d: '3' }],
    ['-c a=1 -d 5', { options: '-c a=1 -d 5' }],
  ])('sends options %s to the server', (options, expected) => {
    const query = adapted('asyncpg', `postgresql://h/d?options=${encodeURIComponent(options)}`);
    expect(connectArgsOf(query)).toEqual({ server_settings: expected });
  });

  it('moves to connect_args what an address cannot hold', () => {
    const query = adapted(
      'asyncpg',
      'postgresql://h/d?connect_timeout=5&application_name=a&options=-csearch_path%3Dx%20-c%20jit=off&statement_cache_size=0',
    );
    expect(pythonLiteral(connectArgsOf(query))).toBe(
      '{"timeout": 5, "server_settings": {"application_name": "a", "search_path": "x", "jit": "off"}, "statement_cache_size": 0}',
    );
    expect(pythonLiteral({ a: true, b: null })).toBe('{"a": True, "b": None}');
  });

  it('says what may change', () => {
    expect(adapted('asyncpg', 'postgresql://h/d?channel_binding=require').dropped[0]?.unsafe).toMatch(
      /channel binding/,
    );
    expect(adapted('asyncpg', 'postgresql://h/d?ssl=true').renamed[0]?.unsafe).toMatch(/certificate/);
    expect(adapted('asyncpg', 'postgresql://h/d?sslmode=require').renamed[0]?.unsafe).toBeUndefined();
    expect(adapted('psycopg', 'postgresql://h/d?sslmode=${MODE}').kept).toHaveLength(1);
    expect(adapted('asyncpg', 'postgresql://h/d?unheard_of=').kept).toHaveLength(1);
    expect(adapted('asyncpg', 'postgresql://h/d?ssl=maybe').unknown).toHaveLength(1);
  });

  it('twice is once, and what stays stays as it is written', () => {
    const NAME = fc.constantFrom(
      'sslmode',
      'ssl',
      'pgbouncer',
      'connect_timeout',
      'x',
      'target_session_attrs',
      'dbname',
      'schema',
    );
    const PAIR = fc
      .tuple(NAME, fc.constantFrom('require', 'true', '5', '%2F', ''))
      .map((pair) => pair.join('='));
    fc.assert(
      fc.property(
        fc.array(PAIR, { maxLength: 6 }),
        fc.constantFrom('asyncpg', 'psycopg'),
        (pairs, driver) => {
          const text = `postgresql://u:p@h/d${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
          const first = adapted(driver, text);
          const once = applyEdits(text, queryEdits(text, first));
          expect(once).not.toMatch(/[?&]$|&&|\?&/);
          expect(queryEdits(once, adapted(driver, once))).toEqual([]);
          const stays = new Set([...first.kept, ...first.unknown].map((one) => one.index));
          expect(pairs.filter((_, index) => stays.has(index)).every((pair) => once.includes(pair))).toBe(
            true,
          );
        },
      ),
      RUNS,
    );
  });
});

describe('drivers', () => {
  it.each([
    ['postgresql', '>=2.0.36', 'psycopg'],
    ['postgresql', '', 'psycopg'],
    ['postgresql', '>=2.0,<2.1', 'psycopg2'],
    ['postgresql', '==2.0.40', 'psycopg2'],
    ['sqlite', '', 'pysqlite'],
    ['mysql', '', 'mysqldb'],
    ['oracle', '<2.1', 'cx_oracle'],
    ['nonsense', '', undefined],
    ['constructor', '', undefined],
  ])('%s with SQLAlchemy %s: %s', (dialect, sqlalchemy, expected) => {
    expect(defaultDriver(dialect, sqlalchemy)).toBe(expected);
  });

  it('knows which are async and what installs them', () => {
    expect(
      driversOf('postgresql')
        .filter((one) => one.async !== 'no')
        .map((one) => one.driver),
    ).toEqual(['asyncpg', 'psycopg', 'psycopg_async']);
    expect(driverOf('mariadb', 'asyncmy')).toMatchObject({ dialect: 'mariadb', packages: ['asyncmy'] });
    expect(driverOf('sqlite', 'pysqlite')?.packages).toEqual([]);
    expect([
      isAsyncDriver('postgresql', 'psycopg2'),
      isAsyncDriver('postgresql', 'psycopg'),
      isAsyncDriver('postgresql', 'x'),
    ]).toEqual([false, true, undefined]);
  });
});
