import type { Range } from './range.ts';

/** A database address as SQLAlchemy reads it. Ranges are offsets within the text that was parsed. */
export interface DatabaseUrl {
  /** As written, before `://`: `postgresql+asyncpg`, `postgres`, `asyncpg`. */
  scheme: string;
  /** SQLAlchemy's name: `postgresql` also for `postgres`, `sqlite` also for `sqllite`. */
  dialect: string;
  /** SQLAlchemy's name of the driver: `psycopg` also for `psycopg3`; undefined where none is named. */
  driver?: string;
  user?: string;
  password?: string;
  /** The first host of the authority; a socket folder or further hosts in the query are in `hosts`. */
  host?: string;
  port?: number;
  /** `:memory:`, a file's path as SQLite is given it, or the database's name. */
  database?: string;
  /** As written, pairs without a value too, which SQLAlchemy does not hand on. */
  query: [name: string, value: string][];
  /** Every host, from the authority and from `?host=`. */
  hosts: { host: string; port?: number }[];
  ranges: {
    scheme: Range;
    driver?: Range;
    user?: Range;
    password?: Range;
    host?: Range;
    port?: Range;
    database?: Range;
    /** From behind the `?`. */
    query?: Range;
    /** One a pair of `query`, without the `&`. */
    pairs: Range[];
  };
}

/** `_parse_url` of sqlalchemy/engine/url.py, 2.1.9, with the end of the text made explicit. */
const PATTERN =
  /^(?<name>[\w+]+):\/\/(?:(?<user>[^:/]*)(?::(?<password>[^@]*))?@)?(?:(?:\[(?<ipv6>[^/?]+)\]|(?<host>[^/:?]+))?(?::(?<port>[^/?]*))?)?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/ds;

/** Names that SQLAlchemy knows, and how people spell them. `postgres` was SQLAlchemy's own until 1.4. */
const DIALECTS = new Map(
  Object.entries({
    postgresql: 'postgresql',
    postgres: 'postgresql',
    postgressql: 'postgresql',
    postgre: 'postgresql',
    postgresq: 'postgresql',
    postgesql: 'postgresql',
    psql: 'postgresql',
    mysql: 'mysql',
    mariadb: 'mariadb',
    sqlite: 'sqlite',
    sqlite3: 'sqlite',
    sqllite: 'sqlite',
    oracle: 'oracle',
    mssql: 'mssql',
    cockroachdb: 'cockroachdb',
  }),
);

/** A driver's name written in the dialect's place, e.g. `asyncpg://`: catalogue row py-url-typo-dialect. */
const DRIVER_AS_DIALECT = new Map<string, [dialect: string, driver: string]>(
  Object.entries({
    asyncpg: ['postgresql', 'asyncpg'],
    psycopg: ['postgresql', 'psycopg'],
    psycopg2: ['postgresql', 'psycopg2'],
    psycopg3: ['postgresql', 'psycopg'],
    aiosqlite: ['sqlite', 'aiosqlite'],
    aiomysql: ['mysql', 'aiomysql'],
    asyncmy: ['mysql', 'asyncmy'],
    pymysql: ['mysql', 'pymysql'],
  }),
);

const DRIVERS = new Map([
  ['psycopg3', 'psycopg'],
  ['mysqlclient', 'mysqldb'],
  ['sqlite3', 'pysqlite'],
]);

/**
 * Reads a database address: every form that SQLAlchemy takes, several hosts, and the misspelt schemes of `DIALECTS`.
 * Placeholders (`${USER}`, `{user}`) may stand anywhere behind the scheme. Returns undefined for anything else: `redis://` and
 * `jdbc:` addresses, and a scheme that is put together. User, password and database are percent-decoded, as SQLAlchemy 2.1 does.
 */
export function parseDatabaseUrl(text: string): DatabaseUrl | undefined {
  const match = PATTERN.exec(maskPlaceholders(text));
  const groups = match?.indices?.groups;
  const [dialect, driver] = dialectOf(match?.groups?.name ?? '') ?? [];
  if (!groups || !dialect) return undefined;
  const range = (name: string): Range | undefined => {
    const found = groups[name];
    return found && { start: found[0], end: found[1] };
  };
  const slice = (at: Range | undefined) => at && text.slice(at.start, at.end);
  const scheme = range('name') ?? { start: 0, end: 0 };
  if (slice(scheme) !== match?.groups?.name) return undefined;
  const host = range('ipv6') ?? range('host');
  const pairs = pairRanges(text, range('query'));
  const port = slice(range('port'));
  const authority = range('ipv6')
    ? [{ host: slice(host) ?? '', ...portOf(port) }]
    : hostsOf(slice(host), port);
  const query = pairs.map((pair) => pairOf(text.slice(pair.start, pair.end)));
  return withoutUndefined({
    scheme: text.slice(scheme.start, scheme.end),
    dialect,
    driver,
    user: decoded(slice(range('user'))),
    password: decoded(slice(range('password'))),
    host: authority[0]?.host,
    port: authority[0]?.port ?? (host ? undefined : portOf(port).port),
    database: decoded(slice(range('database'))) || undefined,
    query,
    hosts: [
      ...authority,
      ...query.filter(([name]) => name === 'host').flatMap(([, value]) => hostsOf(value, undefined)),
    ],
    ranges: withoutUndefined({
      scheme,
      driver: driverRange(text, scheme),
      user: range('user'),
      password: range('password'),
      host,
      port: range('port'),
      database: range('database'),
      query: range('query'),
      pairs,
    }),
  }) as DatabaseUrl;
}

/** The scheme that SQLAlchemy wants: `postgresql+asyncpg`. */
export function schemeOf(dialect: string, driver?: string): string {
  return driver ? `${dialect}+${driver}` : dialect;
}

/**
 * Writes dialect and driver into an address and touches nothing behind `://`. Offsets are within the text.
 * Returns undefined where the text is no database address or says so already.
 */
export function withDriver(
  text: string,
  dialect: string,
  driver?: string,
): (Range & { text: string }) | undefined {
  const scheme = parseDatabaseUrl(text)?.ranges.scheme;
  const wanted = schemeOf(dialect, driver);
  if (!scheme || text.slice(scheme.start, scheme.end) === wanted) return undefined;
  return { ...scheme, text: wanted };
}

function dialectOf(name: string): [dialect: string, driver: string | undefined] | undefined {
  const [first = '', second] = name.toLowerCase().split('+', 2);
  const dialect = DIALECTS.get(first);
  if (dialect) return [dialect, second && (DRIVERS.get(second) ?? second)];
  return second === undefined ? DRIVER_AS_DIALECT.get(first) : undefined;
}

/** Placeholders of compose files and f-strings may hold `:` and `@`; they are taken for letters, at their own length. */
function maskPlaceholders(text: string): string {
  return text.replace(/\$?\{[^{}\n]*\}/g, (placeholder) => 'x'.repeat(placeholder.length));
}

function driverRange(text: string, scheme: Range): Range | undefined {
  const plus = text.slice(scheme.start, scheme.end).indexOf('+');
  return plus < 0 ? undefined : { start: scheme.start + plus + 1, end: scheme.end };
}

function pairRanges(text: string, query: Range | undefined): Range[] {
  if (!query) return [];
  const ranges: Range[] = [];
  let start = query.start;
  for (const pair of text.slice(query.start, query.end).split('&')) {
    if (pair !== '') ranges.push({ start, end: start + pair.length });
    start += pair.length + 1;
  }
  return ranges;
}

function pairOf(text: string): [name: string, value: string] {
  const sign = text.indexOf('=');
  const [name, value] = sign < 0 ? [text, ''] : [text.slice(0, sign), text.slice(sign + 1)];
  return [decoded(name.replaceAll('+', ' ')), decoded(value.replaceAll('+', ' '))];
}

/** `a:1,b:2` in one of the two places where several hosts may stand; libpq and asyncpg take both. */
function hostsOf(host: string | undefined, port: string | undefined): { host: string; port?: number }[] {
  if (!host) return [];
  const written = port === undefined ? host : `${host}:${port}`;
  if (port !== undefined && !written.includes(',')) return [{ host, ...portOf(port) }];
  return written.split(',').map((item) => {
    const [, name = item, number] = /^([^:]*):([^:]*)$/.exec(item) ?? [];
    return { host: name, ...portOf(number) };
  });
}

function portOf(text: string | undefined): { port?: number } {
  return text && /^\s*\d+\s*$/.test(text) ? { port: Number(text) } : {};
}

/** Python's `unquote`: a broken percent sign stays, and what is no UTF-8 becomes the replacement character. */
function decoded(text: string): string;
function decoded(text: string | undefined): string | undefined;
function decoded(text: string | undefined): string | undefined {
  return text?.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Partial<T>;
}
