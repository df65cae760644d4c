import type { PythonDocument } from '../languages/python/document.ts';
import { descendants } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { type DatabaseName, meantName } from './names.ts';

const ASYNC_NAMES: readonly DatabaseName[] = [
  'create_async_engine',
  'AsyncEngine',
  'AsyncSession',
  'async_sessionmaker',
];

/** Whether a backend means to be async, and the names that say so. One that has an engine and none of them means sync. */
export function modeOf(backend: Backend): { mode: 'async' | 'sync' | 'unknown'; because: string[] } {
  const names = new Set(backend.sources.flatMap(asyncNames));
  const because = ASYNC_NAMES.filter((name) => names.has(name));
  if (because.length > 0) return { mode: 'async', because };
  return { mode: backend.engines.length > 0 ? 'sync' : 'unknown', because: [] };
}

/** The async names that a document imports, reaches through a module, or uses without an import. */
export function asyncNames(document: PythonDocument): DatabaseName[] {
  if (!/async/i.test(document.text)) return [];
  const used = [
    ...document.scopes.references.map(({ node }) => node),
    ...descendants(document.root, 'attribute'),
  ];
  const imported = [...document.scopes.module.bindings.values()]
    .flat()
    .filter(({ kind }) => kind === 'from-import');
  const found = [...used, ...imported.map(({ node }) => node)].map((node) => meantName(document, node)?.name);
  return ASYNC_NAMES.filter((name) => found.includes(name));
}
