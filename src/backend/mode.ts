import type { Backend } from './backend.ts';
import { type DatabaseName, isDatabaseName, meantName } from './names.ts';

const ASYNC_NAMES: readonly DatabaseName[] = [
  'create_async_engine',
  'AsyncEngine',
  'AsyncSession',
  'async_sessionmaker',
];

/** Whether a backend means to be async, and the names that say so. One that has an engine and none of them means sync. */
export function modeOf(backend: Backend): { mode: 'async' | 'sync' | 'unknown'; because: string[] } {
  const because = new Set<string>();
  for (const document of backend.sources) {
    if (!ASYNC_NAMES.some((name) => document.text.includes(name))) continue;
    for (const { name, node } of document.scopes.references) {
      if (!isDatabaseName(name) || !ASYNC_NAMES.includes(name)) continue;
      if (meantName(document, node)) because.add(name);
    }
  }
  if (because.size > 0) return { mode: 'async', because: ASYNC_NAMES.filter((name) => because.has(name)) };
  return { mode: backend.engines.length > 0 ? 'sync' : 'unknown', because: [] };
}
