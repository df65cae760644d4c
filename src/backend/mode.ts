import type { PythonDocument } from '../languages/python/document.ts';
import type { Node } from '../languages/python/tree.ts';
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

const known = new WeakMap<PythonDocument, DatabaseName[]>();

/** The async names that a document imports, reaches through a module, or uses without an import. */
export function asyncNames(document: PythonDocument): DatabaseName[] {
  const names = known.get(document) ?? findAsyncNames(document);
  known.set(document, names);
  return names;
}

function findAsyncNames(document: PythonDocument): DatabaseName[] {
  if (!/async/i.test(document.text)) return [];
  const imported = document.topBindings.filter(({ kind }) => kind === 'from-import').map(({ node }) => node);
  const nodes = [...plainUses(document), ...dottedUses(document), ...imported];
  const found = new Set(nodes.map((node) => meantName(document, node)?.name));
  return ASYNC_NAMES.filter((name) => found.has(name));
}

/** One reference for each thing that a name is bound to: the others mean the same. */
function plainUses(document: PythonDocument): Node[] {
  const uses = new Map<unknown, Node>();
  for (const { name, node, scope } of document.scopes.references) uses.set(scope.find(name) ?? name, node);
  return [...uses.values()];
}

/** Attributes with one of the names, and where a module of the project can be reached by name, all of them. */
function dottedUses(document: PythonDocument): readonly Node[] {
  const opaque =
    document.scopes.stars.length > 0 ||
    [...document.imported.values()].some((origins) => origins.some(({ kind }) => kind === 'module'));
  return opaque
    ? document.attributes
    : ASYNC_NAMES.filter((name) => dotted(name).test(document.text)).flatMap((name) => [
        ...document.attributesNamed(name),
      ]);
}

/** `.name`, also with white space, a line continuation or a comment behind the dot. */
function dotted(name: string): RegExp {
  return new RegExp(`\\.(?:\\s|\\\\|#[^\\n]*\\n)*${name}`);
}
