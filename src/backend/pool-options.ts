import { keyword, keywordValue } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { type DatabaseUrl, parseDatabaseUrl } from '../settings/database-url.ts';
import type { EngineAddress } from './addresses.ts';
import type { Engine } from './engines.ts';

/** An argument of the engine that its pool refuses. */
export interface PoolProblem {
  argument: string;
  message: string;
}

/** What each pool takes beside the options that all take: tried with SQLAlchemy 2.0.58 and 2.1.9. */
const SIZES = ['pool_size', 'max_overflow', 'pool_timeout', 'pool_use_lifo'];
const REFUSED: Record<string, string[]> = {
  NullPool: SIZES,
  StaticPool: SIZES,
  AssertionPool: SIZES,
  SingletonThreadPool: SIZES.filter((name) => name !== 'pool_size'),
};
const SYNC_ONLY = new Set(['QueuePool', 'SingletonThreadPool']);
const ASYNC_ONLY = new Set(['AsyncAdaptedQueuePool', 'FallbackAsyncAdaptedQueuePool']);
const POOL = /^sqlalchemy(\.pool(\.\w+)?)?\.(\w+Pool)$/;

/** The arguments of an engine that its pool class, or the pool that SQLite in memory gets by itself, refuses. */
export function poolProblems(
  document: PythonDocument,
  engine: Engine,
  address: EngineAddress | undefined,
): PoolProblem[] {
  const given = keywordValue(engine.call, 'poolclass');
  if (given) {
    const named = /^(identifier|attribute)$/.test(given.type) ? document.externalName(given) : undefined;
    const pool = POOL.exec(named ?? '')?.[3];
    return pool ? ofPool(engine, pool) : [];
  }
  if (keyword(engine.call, 'pool')) return [];
  const pool = isInMemory(address) ? (engine.async ? 'StaticPool' : 'SingletonThreadPool') : undefined;
  return pool ? sizesRefused(pool, `SQLite in memory gets a ${pool}, which`) : [];
}

function ofPool(engine: Engine, pool: string): PoolProblem[] {
  if (engine.async && SYNC_ONLY.has(pool)) {
    const message = `An async engine has a pool of its own; ${pool} is refused since SQLAlchemy 2.0.`;
    return [{ argument: 'poolclass', message }];
  }
  if (!engine.async && ASYNC_ONLY.has(pool)) {
    const message = `${pool} is for async engines; a synchronous one refuses it and has a pool of its own.`;
    return [{ argument: 'poolclass', message }];
  }
  return sizesRefused(pool, pool);
}

function sizesRefused(pool: string, subject: string): PoolProblem[] {
  return (REFUSED[pool] ?? []).map((argument) => ({
    argument,
    message: `${subject} keeps no pool of a size, so ${argument} is refused.`,
  }));
}

/** Only where the address is written in the code: what the environment gives may be a file, or another database. */
function isInMemory(address: EngineAddress | undefined): boolean {
  if (!address || address.sources.variables.length > 0 || address.sources.unknown.length > 0) return false;
  const urls = address.effective.map((text) => (text === undefined ? undefined : parseDatabaseUrl(text)));
  return urls.length > 0 && urls.every((url) => url !== undefined && isMemoryUrl(url));
}

function isMemoryUrl({ dialect, database, query }: DatabaseUrl): boolean {
  if (dialect !== 'sqlite') return false;
  const memory = query.some(([name, value]) => name === 'mode' && value === 'memory');
  return memory || !database || database === ':memory:';
}
