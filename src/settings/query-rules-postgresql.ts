import {
  type ConnectArgs,
  drop,
  keep,
  PRISMA,
  type Rule,
  type RuleFor,
  rename,
  rules,
  unknown,
} from './query-rule.ts';

/** libpq's own spellings: postgresql.org/docs/current/libpq-connect.html, sslmode. asyncpg takes the same words as `ssl`. */
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
const SSL_WORDS: Record<string, string> = {
  true: 'require',
  '1': 'require',
  on: 'require',
  false: 'disable',
  '0': 'disable',
  off: 'disable',
};
const POOLER = drop('It is a hint for Prisma; no Python driver knows it.');

/** `?sslmode=require` and `?ssl=true` under the name that the driver has. A placeholder says nothing, so its name decides. */
function ssl(name: string, own: boolean): RuleFor {
  return (value) => {
    const word = value.toLowerCase();
    if (own && (SSL_MODES.includes(value) || value.includes('{'))) return { kind: 'keep' };
    if (SSL_MODES.includes(word))
      return {
        kind: 'rename',
        name,
        value: word,
        why: own ? `${name} is written in small letters.` : `The driver calls it ${name}.`,
      };
    const meant = SSL_WORDS[word];
    if (!meant) return { kind: 'unknown', why: `"${value}" is none of ${SSL_MODES.join(', ')}.` };
    return {
      kind: 'rename',
      name,
      value: meant,
      why: `${name} takes one of ${SSL_MODES.join(', ')}.`,
      unsafe:
        meant === 'require'
          ? 'The connection is encrypted, but the certificate is not checked.'
          : 'The connection is not encrypted.',
    };
  };
}

function number(name: string, why: string): RuleFor {
  return (value) =>
    /^\d+$/.test(value)
      ? { kind: 'move', connectArgs: { [name]: Number(value) }, why }
      : { kind: 'unknown', why: `"${value}" is no whole number.` };
}

function serverSetting(name: string, unsafe?: string): RuleFor {
  return (value) => ({
    kind: 'move',
    connectArgs: { server_settings: { [name]: value } },
    why: 'asyncpg takes settings of the server as server_settings.',
    ...(unsafe !== undefined && { unsafe }),
  });
}

/**
 * `-c search_path=x -cstatement_timeout=5`, setting by setting. Anything else goes to the server as it is, e.g. Neon's
 * `endpoint=name`: libpq sends its `options` under that very name.
 */
function serverOptions(value: string): Rule {
  const settings: ConnectArgs = {};
  for (const [, name = '', setting = ''] of value.matchAll(SERVER_OPTION)) settings[name] = setting;
  const rest = value.replace(SERVER_OPTION, '').trim();
  return {
    kind: 'move',
    connectArgs: { server_settings: rest === '' ? settings : { options: value } },
    why: 'asyncpg takes settings of the server as server_settings.',
  };
}

/** One option of `postgres`, without an escaped blank. */
const SERVER_OPTION = /(?<=^|\s)(?:-c\s*|--)([\w.]+)=([^\s\\]*)(?=\s|$)/g;

const SSL_FILES = unknown(
  'asyncpg takes certificates only as an ssl.SSLContext: connect_args={"ssl": context}.',
);
const NUMBER = 'asyncpg takes a number, which an address cannot hold.';
const SCHEMA = 'Tables without a schema are looked for in this schema only.';

/** asyncpg 0.32.0, `connect()`; each row was tried against PostgreSQL 15 through SQLAlchemy 2.1.9 and catalogue.md rows 5, 6, 54. */
export const ASYNCPG = rules(
  [
    'command_timeout target_session_attrs krbsrvname gsslib passfile service servicefile host port user password database prepared_statement_cache_size',
    keep,
  ],
  ['ssl', ssl('ssl', true)],
  ['sslmode', ssl('ssl', false)],
  [
    'sslrootcert sslcert sslkey sslcrl sslpassword ssl_min_protocol_version ssl_max_protocol_version sslnegotiation',
    SSL_FILES,
  ],
  ['connect_timeout timeout', number('timeout', NUMBER)],
  ['statement_cache_size', number('statement_cache_size', NUMBER)],
  ['max_cached_statement_lifetime', number('max_cached_statement_lifetime', NUMBER)],
  ['max_cacheable_statement_size', number('max_cacheable_statement_size', NUMBER)],
  ['application_name', serverSetting('application_name')],
  [
    'fallback_application_name',
    drop('asyncpg has no fallback.', 'The connection may have no name in pg_stat_activity.'),
  ],
  ['search_path schema', serverSetting('search_path', SCHEMA)],
  ['options', serverOptions],
  ['dbname', rename('database', 'asyncpg calls it database.')],
  [
    'channel_binding',
    drop(
      'asyncpg has no channel binding.',
      'Without channel binding a connection is less protected against somebody in the middle.',
    ),
  ],
  [
    'pgbouncer',
    drop(
      'It is a hint for Prisma; behind a pooler asyncpg needs statement_cache_size=0 and names for its statements.',
    ),
  ],
  ['connection_limit pool_timeout socket_timeout', PRISMA],
  [
    'gssencmode sslcompression sslsni',
    drop('asyncpg does neither GSS encryption nor compression, and always names the host.'),
  ],
  [
    'keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout',
    drop('asyncpg leaves keep-alive to the operating system.', 'A dead connection may be noticed later.'),
  ],
  [
    'client_encoding',
    (value) =>
      /^utf-?8$/i.test(value)
        ? drop('asyncpg always speaks UTF-8.')(value)
        : unknown('asyncpg always speaks UTF-8.')(value),
  ],
);

const PSYCOPG_OTHER = 'It is an option of another driver.';

/** libpq's parameters, `PQconndefaults` of PostgreSQL 17, and psycopg's own; catalogue.md rows 52 and 53. */
const LIBPQ =
  'host hostaddr port dbname user password passfile require_auth channel_binding connect_timeout client_encoding options application_name fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout replication gssencmode sslmode sslnegotiation requiressl sslcompression sslcert sslkey sslpassword sslcertmode sslrootcert sslcrl sslcrldir sslsni requirepeer ssl_min_protocol_version ssl_max_protocol_version krbsrvname gsslib gssdelegation service target_session_attrs load_balance_hosts';

const searchPath: RuleFor = (value) => ({
  kind: 'rename',
  name: 'options',
  value: `-csearch_path=${value}`,
  why: 'libpq sets the search path through options.',
  unsafe: SCHEMA,
});

export const PSYCOPG2 = rules(
  [LIBPQ, keep],
  ['sslmode', ssl('sslmode', true)],
  ['ssl', ssl('sslmode', false)],
  ['schema search_path', searchPath],
  ['timeout', rename('connect_timeout', 'libpq calls it connect_timeout.')],
  ['pgbouncer', POOLER],
  ['connection_limit pool_timeout socket_timeout', PRISMA],
  ['check_same_thread', drop('It is an option of SQLite.')],
  ['prepared_statement_cache_size statement_cache_size', drop(PSYCOPG_OTHER)],
);

export const PSYCOPG = new Map([
  ...PSYCOPG2,
  ...rules(
    ['autocommit', keep],
    [
      'prepare_threshold',
      number('prepare_threshold', 'psycopg takes a number, which an address cannot hold.'),
    ],
    [
      'prepared_statement_cache_size statement_cache_size',
      (value) =>
        value === '0'
          ? {
              kind: 'move',
              connectArgs: { prepare_threshold: null },
              why: 'psycopg prepares nothing where prepare_threshold is None.',
            }
          : { kind: 'drop', why: PSYCOPG_OTHER },
    ],
  ),
]);
