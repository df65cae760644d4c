import type { Backend } from '../../../src/backend/backend.ts';
import { type DatabaseName, homeOf, isDatabaseName, isHome, meantName } from '../../../src/backend/names.ts';
import { isBelow } from '../../../src/backend/package-version.ts';
import { isUnusedImport } from '../../../src/backend/unused.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport, moveImported, removeImported } from '../../../src/languages/python/import-edits.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import type { Binding } from '../../../src/languages/python/scopes.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import { mayBeAtLeast } from '../../../src/settings/versions.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** Where declarative_base was made up to SQLAlchemy 1.3, whose sqlalchemy.orm has none. */
const OLD_DECLARATIVE = 'sqlalchemy.ext.declarative.api';

export default {
  title: 'Import the database names from the modules that have them',
  why: 'The module has no such name, so the import fails when the server starts.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html',
  tasks: ['T008', 'T009', 'T010', 'T011', 'T012', 'T016'],
  catalogue: ['py-wrong-import-async-names', 'py-wrong-import-core-names'],
  fixes: [
    /cannot import name '(AsyncEngine|AsyncConnection|AsyncSession|async_sessionmaker|create_async_engine|create_engine|sessionmaker|async_scoped_session|Session|declarative_base|DeclarativeBase|mapped_column|selectinload|joinedload|subqueryload|contains_eager|relationship|Mapped|backref|JSONB)' from '(sqlmodel|sqlalchemy)/,
    /name '(AsyncEngine|AsyncSession|async_sessionmaker|create_async_engine|create_engine|sessionmaker|SQLModel)' is not defined/,
    /module '(sqlmodel|sqlalchemy)[\w.]*' has no attribute '(AsyncEngine|AsyncSession|async_sessionmaker|create_async_engine|create_engine|sessionmaker)'/,
  ],
  literals: [
    'create_engine',
    'create_async_engine',
    'AsyncEngine',
    'AsyncConnection',
    'AsyncSession',
    'sessionmaker',
    'engine_from_config',
    'async_scoped_session',
    'scoped_session',
    'SQLModel',
    'Session',
    'declarative_base',
    'DeclarativeBase',
    'mapped_column',
    'selectinload',
    'joinedload',
    'subqueryload',
    'contains_eager',
    'relationship',
    'Mapped',
    'backref',
    'JSONB',
  ],
  detect(document, backend) {
    return [
      ...wrongImports(document, backend),
      ...wrongAttributes(document, backend),
      ...unboundNames(document, backend),
    ];
  },
} satisfies Transform<'python'>;

/** `from sqlmodel.ext.asyncio.session import AsyncEngine`. */
function wrongImports(document: PythonDocument, backend: Backend): Draft[] {
  return document.bindings.flatMap((binding) => {
    const name = binding.imported;
    if (
      binding.kind !== 'from-import' ||
      !name ||
      !isDatabaseName(name) ||
      !isInvented(document, binding, name, backend)
    )
      return [];
    if (binding.guards.some((guard) => guard.kind === 'try')) return [];
    const unused = isUnusedImport(document, binding, backend.documents);
    const home = homeFor(name, backend);
    const edits = unused ? removeImported(document, binding) : moveImported(document, binding, home, name);
    const where = unused ? 'and nothing here uses it' : `it is in ${home}`;
    return [
      {
        subject: name,
        at: document.place(binding.node),
        message: `${binding.module} has no ${name}; ${where}.`,
        edits,
      },
    ];
  });
}

function isInvented(
  document: PythonDocument,
  binding: Binding,
  name: DatabaseName,
  backend: Backend,
): boolean {
  const module = binding.module ?? '';
  if (!/^(sqlalchemy|sqlmodel)(\.|$)/.test(module)) return false;
  if (document.modules.resolve(document.path, module).kind !== 'external') return false;
  if (module === OLD_DECLARATIVE && isBelow(backend, 'sqlalchemy', '1.4')) return false;
  return !isHome(module, name, oldSqlmodel(backend));
}

/** SQLModel up to 0.0.11 had AsyncEngine in its session module: a pin below 0.0.12 makes that import right. */
function oldSqlmodel(backend: Backend): boolean {
  const specifier = backend.facts.requires.sqlmodel;
  return specifier !== undefined && !mayBeAtLeast(specifier, '0.0.12');
}

function homeFor(name: DatabaseName, backend: Backend): string {
  if (name === 'AsyncSession' && backend.usesExec) return 'sqlmodel.ext.asyncio.session';
  return name === 'Session' && backend.usesExec ? 'sqlmodel' : homeOf(name);
}

/** `sqlmodel.create_async_engine(…)` after `import sqlmodel`. */
function wrongAttributes(document: PythonDocument, backend: Backend): Draft[] {
  const nodes = document.attributes.filter((node) => meantName(document, node)?.via === 'invented');
  return byName(document, nodes).map(([name, found]) => {
    const home = homeFor(name, backend);
    const first = found[0];
    const edits = found.map((node) => ({ ...document.place(node), text: name }));
    const message = `${first?.childForFieldName('object')?.text} has no ${name}; it is in ${home}.`;
    const free = found.every((node) => isFree(document, node, name));
    return {
      subject: name,
      at: document.place(first ?? document.root),
      message,
      edits: free ? [...edits, ...addImport(document, { module: home, name })] : [],
      ...(!free && {
        safety: 'report' as const,
        next: `Import ${name} from ${home} under a name that is free here.`,
      }),
    };
  });
}

/** `create_async_engine(…)` that nothing imports. */
function unboundNames(document: PythonDocument, backend: Backend): Draft[] {
  const nodes = document.scopes.references
    .filter(({ name, node }) => isDatabaseName(name) && meantName(document, node)?.via === 'unbound')
    .map(({ node }) => node);
  return byName(document, nodes).map(([name, found]) => ({
    subject: name,
    at: document.place(found[0] ?? document.root),
    message: `${name} is used but never imported; it is in ${homeFor(name, backend)}.`,
    edits: addImport(document, { module: homeFor(name, backend), name }),
  }));
}

function byName(document: PythonDocument, nodes: Node[]): [DatabaseName, Node[]][] {
  const groups = new Map<DatabaseName, Node[]>();
  for (const node of nodes) {
    const name = meantName(document, node)?.name;
    if (name) groups.set(name, [...(groups.get(name) ?? []), node]);
  }
  return [...groups];
}

/** True where the plain name would mean the import at the top and nothing nearer. */
function isFree(document: PythonDocument, node: Node, name: string): boolean {
  return scopeAt(document, node).find(name) === undefined;
}
