import { placesBehind } from '../../../src/backend/addresses.ts';
import { type AlembicEnvironment, alembicEnvironments, stockOnline } from '../../../src/backend/alembic.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { driverRepairs, wantedDriver } from '../../../src/backend/driver-repairs.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import {
  addImport,
  fromImports,
  importedNames,
  moduleOf,
  moveImported,
} from '../../../src/languages/python/import-edits.ts';
import { indentUnit, lineStart } from '../../../src/languages/python/layout.ts';
import { children } from '../../../src/languages/python/tree.ts';
import { driverOf } from '../../../src/settings/database-drivers.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Run the migrations on the async driver',
  why: 'env.py opens the same address as the application, but with a synchronous engine, which an async driver refuses.',
  safety: 'safe',
  docs: 'https://alembic.sqlalchemy.org/en/latest/cookbook.html#using-asyncio-with-alembic',
  tasks: ['T022'],
  catalogue: ['py-alembic-async-env'],
  fixes: [/MissingGreenlet/],
  literals: ['engine_from_config'],
  detect(document, backend) {
    return alembicEnvironments(backend).flatMap((environment) => {
      const stock = environment.document.path === document.path ? stockOnline(environment) : undefined;
      if (!stock || !needsAsync(backend, environment)) return [];
      return [
        {
          subject: 'run_migrations_online',
          at: document.place(stock.definition),
          message: 'env.py is the stock one; it becomes the one that `alembic init -t async` writes.',
          edits: [...newFunctions(document, environment), ...imports(document, environment, backend)],
          provides: ['alembic:async'],
          needs: ['address:asyncpg', 'address:aiosqlite', 'address:aiomysql', 'address:asyncmy'],
        },
      ];
    });
  },
} satisfies Transform<'python'>;

/** The address is async already, or becomes so in the same plan. */
function needsAsync(backend: Backend, { document, given, ini }: AlembicEnvironment): boolean {
  if (driverRepairs(backend).some((repair) => repair.takesAlembic)) return true;
  const places = [
    ...given.flatMap((sources) => (sources.alterations.length > 0 ? [] : placesBehind(backend, sources))),
    ...(ini ? [ini] : []),
  ];
  const urls = places.flatMap((place) => parseDatabaseUrl(place.text) ?? []);
  const only = (url: { dialect: string; driver?: string }) =>
    url.driver !== undefined && driverOf(url.dialect, url.driver)?.async === 'only';
  return (
    urls.length > 0 &&
    urls.every(only) &&
    document.text.includes('engine_from_config') &&
    !urls.some((url) => wantedDriver(backend, true, url))
  );
}

function newFunctions(document: PythonDocument, environment: AlembicEnvironment): Edit[] {
  const stock = stockOnline(environment);
  const engine = environment.engine;
  if (!stock || !engine) return [];
  const eol = lineEnding(document.text);
  const unit = indentUnit(document.text);
  const dedented = linesOf(document, stock.block).map((line) => line.replace(new RegExp(`^${unit}`), ''));
  const { text } = document;
  const callee = engine.callee;
  const setUp = `${text.slice(stock.first.startIndex, callee.startIndex)}async_engine_from_config${text.slice(callee.endIndex, stock.connection.startIndex).trimEnd()}`;
  const helper = [
    `def do_run_migrations(${stock.name}: Connection) -> None:`,
    ...dedented,
    '',
    '',
    'async def run_async_migrations() -> None:',
    `${unit}${setUp}`,
    '',
    `${unit}async with ${stock.engineName}.connect() as ${stock.name}:`,
    `${unit}${unit}await ${stock.name}.run_sync(do_run_migrations)`,
    '',
    `${unit}await ${stock.engineName}.dispose()`,
    '',
    '',
    '',
  ].join(eol);
  const start = lineStart(document.text, stock.definition.startIndex);
  return [
    { file: document.path, start, end: start, text: helper },
    {
      file: document.path,
      start: stock.first.startIndex,
      end: stock.connection.endIndex,
      text: 'asyncio.run(run_async_migrations())',
    },
  ];
}

/** The lines of the block, from the first one's indentation on. */
function linesOf(document: PythonDocument, block: { startIndex: number; endIndex: number }): string[] {
  return document.text.slice(lineStart(document.text, block.startIndex), block.endIndex).split(/\r?\n/);
}

function imports(document: PythonDocument, { engine }: AlembicEnvironment, backend: Backend): Edit[] {
  const name = engine?.callee.text ?? 'engine_from_config';
  const binding = document.scopes.module.find(name)?.[0];
  const unused = binding && document.usesOf(binding).length === 1;
  const moved = unused
    ? moveImported(document, binding, 'sqlalchemy.ext.asyncio', 'async_engine_from_config')
    : addImport(document, { module: 'sqlalchemy.ext.asyncio', name: 'async_engine_from_config' });
  return [...connection(document, backend), ...withoutAlias(moved, name), ...asyncio(document)];
}

/** The new function is called by its own name. */
function withoutAlias(edits: Edit[], name: string): Edit[] {
  return edits.map((edit) => ({ ...edit, text: edit.text.replace(` as ${name}`, '') }));
}

function connection(document: PythonDocument, backend: Backend): Edit[] {
  const shared = fromImports(document).some(
    (each) => moduleOf(each) === 'sqlalchemy' && importedNames(each).length > 1,
  );
  const module = shared && sqlalchemyMayBe(backend, '2.0') ? 'sqlalchemy' : 'sqlalchemy.engine';
  return addImport(document, { module, name: 'Connection' });
}

function asyncio(document: PythonDocument): Edit[] {
  if (document.scopes.module.bindings.has('asyncio')) return [];
  const first = children(document.root).find((node) => /^import/.test(node.type));
  const at = first ? lineStart(document.text, first.startIndex) : 0;
  return [{ file: document.path, start: at, end: at, text: `import asyncio${lineEnding(document.text)}` }];
}
