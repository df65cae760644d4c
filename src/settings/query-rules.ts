import type { RuleFor } from './query-rule.ts';
import { AIOMYSQL, ASYNCMY, PYMYSQL } from './query-rules-mysql.ts';
import { ASYNCPG, PSYCOPG, PSYCOPG2 } from './query-rules-postgresql.ts';

/** The rules of a driver by parameter; undefined for a driver that takes everything (SQLite) or is not known here. */
export const QUERY_RULES = new Map<string, Map<string, RuleFor>>([
  ['asyncpg', ASYNCPG],
  ['psycopg', PSYCOPG],
  ['psycopg_async', PSYCOPG],
  ['psycopg2', PSYCOPG2],
  ['aiomysql', AIOMYSQL],
  ['asyncmy', ASYNCMY],
  ['pymysql', PYMYSQL],
]);

export type { ConnectArgs, RuleFor } from './query-rule.ts';
