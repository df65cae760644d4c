import { mayBeAtLeast } from './versions.ts';

/** What SQLAlchemy calls a driver, and what installs it. */
export interface Driver {
  dialect: string;
  driver: string;
  /** `only`: for create_async_engine alone. `both`: either engine takes its own kind of the same name. */
  async: 'only' | 'both' | 'no';
  /** The module that it imports. */
  module: string;
  /** What to require, best first; the others install the same module. None for what comes with Python. */
  packages: string[];
}

const [ASYNC, BOTH, SYNC] = ['only', 'both', 'no'] as const;

/**
 * SQLAlchemy 2.1.9, `sqlalchemy/dialects/` (`is_async`, `get_async_dialect_cls`, `import_dbapi`); package names from the pages
 * docs.sqlalchemy.org/en/21/dialects/.
 */
const TABLE: [dialect: string, driver: string, async: Driver['async'], module: string, packages: string[]][] =
  [
    ['postgresql', 'asyncpg', ASYNC, 'asyncpg', ['asyncpg']],
    ['postgresql', 'psycopg', BOTH, 'psycopg', ['psycopg[binary]', 'psycopg']],
    ['postgresql', 'psycopg_async', ASYNC, 'psycopg', ['psycopg[binary]', 'psycopg']],
    ['postgresql', 'psycopg2', SYNC, 'psycopg2', ['psycopg2-binary', 'psycopg2']],
    ['postgresql', 'psycopg2cffi', SYNC, 'psycopg2cffi', ['psycopg2cffi']],
    ['postgresql', 'pg8000', SYNC, 'pg8000', ['pg8000']],
    ['sqlite', 'aiosqlite', ASYNC, 'aiosqlite', ['aiosqlite']],
    ['sqlite', 'pysqlite', SYNC, 'sqlite3', []],
    ['sqlite', 'pysqlcipher', SYNC, 'sqlcipher3', ['sqlcipher3-binary', 'sqlcipher3']],
    ['mysql', 'asyncmy', ASYNC, 'asyncmy', ['asyncmy']],
    ['mysql', 'aiomysql', ASYNC, 'aiomysql', ['aiomysql']],
    ['mysql', 'mysqldb', SYNC, 'MySQLdb', ['mysqlclient']],
    ['mysql', 'pymysql', SYNC, 'pymysql', ['pymysql']],
    ['mysql', 'cymysql', SYNC, 'cymysql', ['cymysql']],
    ['mysql', 'mysqlconnector', SYNC, 'mysql.connector', ['mysql-connector-python']],
    ['mysql', 'mariadbconnector', SYNC, 'mariadb', ['mariadb']],
    ['oracle', 'oracledb', BOTH, 'oracledb', ['oracledb']],
    ['oracle', 'oracledb_async', ASYNC, 'oracledb', ['oracledb']],
    ['oracle', 'cx_oracle', SYNC, 'cx_Oracle', ['cx_oracle']],
    ['mssql', 'aioodbc', ASYNC, 'aioodbc', ['aioodbc']],
    ['mssql', 'pyodbc', SYNC, 'pyodbc', ['pyodbc']],
    ['mssql', 'pymssql', SYNC, 'pymssql', ['pymssql']],
  ];

/** Every driver that SQLAlchemy has for a dialect, asynchronous ones first. MariaDB has MySQL's. */
export function driversOf(dialect: string): Driver[] {
  const own = dialect === 'mariadb' ? 'mysql' : dialect;
  return TABLE.filter(([name]) => name === own).map(([, driver, kind, module, packages]) => ({
    dialect,
    driver,
    async: kind,
    module,
    packages,
  }));
}

export function driverOf(dialect: string, driver: string): Driver | undefined {
  return driversOf(dialect).find((one) => one.driver === driver);
}

/** Can this driver run below create_async_engine? Undefined for one that SQLAlchemy does not bring. */
export function isAsyncDriver(dialect: string, driver: string): boolean | undefined {
  const found = driverOf(dialect, driver);
  return found && found.async !== 'no';
}

/**
 * The driver of an address that names none: psycopg2 before SQLAlchemy 2.1 and psycopg from 2.1, cx_oracle before 2.1 and
 * oracledb from 2.1 (docs.sqlalchemy.org/en/21/changelog/migration_21.html). Takes what is known of the version: `==2.0.40`
 * for an installed one, or the manifest's specifier, of which an installer takes the newest. Undefined for an unknown dialect.
 */
export function defaultDriver(dialect: string, sqlalchemy: string): string | undefined {
  const [before, from] = DEFAULTS.get(dialect) ?? [];
  return mayBeAtLeast(sqlalchemy, '2.1') ? from : before;
}

const DEFAULTS = new Map<string, [before: string, from: string]>([
  ['postgresql', ['psycopg2', 'psycopg']],
  ['sqlite', ['pysqlite', 'pysqlite']],
  ['mysql', ['mysqldb', 'mysqldb']],
  ['mariadb', ['mysqldb', 'mysqldb']],
  ['oracle', ['cx_oracle', 'oracledb']],
  ['mssql', ['pyodbc', 'pyodbc']],
]);
