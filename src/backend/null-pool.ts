import { appendArgument, hasSplat, keyword } from '../languages/python/arguments.ts';
import { addImport } from '../languages/python/import-edits.ts';
import { enclosing } from '../languages/python/tree.ts';
import { parseDatabaseUrl } from '../settings/database-url.ts';
import type { Edit } from '../types.ts';
import { engineAddresses } from './addresses.ts';
import type { Backend } from './backend.ts';
import { type Engine, isSameEngine } from './engines.ts';

/** What a NullPool refuses, from the signature of its constructor in SQLAlchemy 2.0 and 2.1. */
const REFUSED = ['pool_size', 'max_overflow', 'pool_timeout', 'pool_use_lifo'];

/** True for an async engine of asyncpg that keeps connections for later: they belong to the event loop that opened them. */
export function keepsConnections(backend: Backend, engine: Engine): boolean {
  if (
    !engine.async ||
    hasSplat(engine.call) ||
    keyword(engine.call, 'poolclass') ||
    keyword(engine.call, 'pool')
  )
    return false;
  return usesAsyncpg(backend, engine);
}

function usesAsyncpg(backend: Backend, engine: Engine): boolean {
  if (engine.url && /\+asyncpg\b/.test(engine.url.text)) return true;
  const address = engineAddresses(backend).find((each) => isSameEngine(each.engine, engine));
  const urls = (address?.effective ?? []).map((text) => parseDatabaseUrl(text ?? ''));
  return urls.length > 0 && urls.every((url) => url?.driver === 'asyncpg');
}

/** True for an engine that one module makes once, for all that import it. */
export function isMadeOnce({ call }: Engine): boolean {
  return enclosing(call, 'function_definition', 'lambda', 'class_definition') === undefined;
}

/** `poolclass=NullPool` with its import; undefined where the engine has options that this pool refuses. */
export function nullPoolEdits({ document, call, wrapper }: Engine): Edit[] | undefined {
  if (wrapper || REFUSED.some((name) => keyword(call, name))) return undefined;
  return [
    appendArgument(document, call, 'poolclass=NullPool'),
    ...addImport(document, { module: 'sqlalchemy.pool', name: 'NullPool' }),
  ];
}
