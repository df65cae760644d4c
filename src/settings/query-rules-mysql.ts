import { drop, keep, PRISMA, type RuleFor, rename, rules, unknown } from './query-rule.ts';

const JDBC = drop('It is an option of the Java or Go driver.');
const MYSQL_SSL = unknown('The driver takes TLS as connect_args={"ssl": …}.');
/** `DISABLED` is what a driver without the option does anyway. */
const sslMode: RuleFor = (value) =>
  /^(disabled|false|0)$/i.test(value)
    ? drop('Without TLS options the driver does not use TLS.')(value)
    : MYSQL_SSL(value);

const MYSQL_ANY: [string, RuleFor][] = [
  [
    'charset connect_timeout unix_socket use_unicode local_infile autocommit init_command sql_mode client_flag program_name read_default_file read_default_group server_public_key db user password host port',
    keep,
  ],
  ['ssl-mode ssl_mode sslmode', sslMode],
  ['ssl ssl_verify_cert ssl_verify_identity', MYSQL_SSL],
  [
    'ssl_disabled',
    (value) =>
      /^(true|1)$/i.test(value)
        ? drop('Without TLS options the driver does not use TLS.')(value)
        : MYSQL_SSL(value),
  ],
  ['timeout', rename('connect_timeout', 'The driver calls it connect_timeout.')],
  [
    'serverTimezone useSSL useUnicode characterEncoding parseTime loc allowPublicKeyRetrieval autoReconnect zeroDateTimeBehavior',
    JDBC,
  ],
  ['connection_limit pool_timeout socket_timeout', PRISMA],
];

/** aiomysql 0.3.2 and asyncmy 0.2.18, `connect()`; PyMySQL 1.2.4, `Connection`; tried against MariaDB through SQLAlchemy 2.1.9. */
const TLS_FILES = 'ssl_ca ssl_cert ssl_key ssl_capath ssl_cipher ssl_check_hostname';
export const AIOMYSQL = rules(
  ...MYSQL_ANY,
  [
    TLS_FILES,
    unknown('aiomysql takes certificates only as an ssl.SSLContext: connect_args={"ssl": context}.'),
  ],
  ['auth_plugin cursorclass echo', keep],
  ['database', rename('db', 'aiomysql calls it db.')],
  ['read_timeout write_timeout', drop('aiomysql has no such limit.', 'A query that hangs is not cut off.')],
  ['max_allowed_packet binary_prefix', drop('aiomysql has no such option.')],
);
export const ASYNCMY = rules(
  ...MYSQL_ANY,
  [TLS_FILES, keep],
  ['database read_timeout max_allowed_packet binary_prefix auth_plugin_map', keep],
  ['write_timeout', drop('asyncmy has no such limit.', 'A write that hangs is not cut off.')],
);
export const PYMYSQL = rules(
  ...MYSQL_ANY,
  [TLS_FILES, keep],
  [
    'database read_timeout write_timeout max_allowed_packet binary_prefix auth_plugin_map collation bind_address ssl_disabled ssl_verify_cert ssl_verify_identity ssl_key_password compress',
    keep,
  ],
);
