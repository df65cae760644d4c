import { type EngineAddress, engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { usesOfEngine } from '../../../src/backend/engine-uses.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { enclosing } from '../../../src/languages/python/tree.ts';
import { driverOf } from '../../../src/settings/database-drivers.ts';
import { type DatabaseUrl, parseDatabaseUrl, withDriver } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

/** What a synchronous engine takes instead, best first: the first whose package is required already wins. */
const SYNC_DRIVERS: Record<string, [driver: string | undefined, packages: string[]][]> = {
  postgresql: [
    ['psycopg2', ['psycopg2', 'psycopg2-binary']],
    ['psycopg', ['psycopg', 'psycopg-binary']],
  ],
  sqlite: [[undefined, []]],
  mysql: [
    ['pymysql', ['pymysql']],
    ['mysqldb', ['mysqlclient']],
  ],
  mariadb: [
    ['pymysql', ['pymysql']],
    ['mysqldb', ['mysqlclient']],
  ],
};

export default {
  title: 'Give the synchronous engine a synchronous driver',
  why: 'An async driver below create_engine raises MissingGreenlet at the first query of synchronous code.',
  safety: {
    unsafe:
      'synchronous code stays synchronous and another driver is loaded; where the backend is to be async, the engine has to be made with create_async_engine instead',
  },
  docs: 'https://docs.sqlalchemy.org/en/20/errors.html#missinggreenlet',
  catalogue: ['py-create-engine-asyncpg-sync-use'],
  fixes: [/MissingGreenlet: greenlet_spawn has not been called; can't call await_(only)?\(\) here/],
  literals: ['create_engine'],
  detect(document, backend) {
    return engineAddresses(backend).flatMap((address) =>
      address.engine.document.path === document.path ? (draft(document, backend, address) ?? []) : [],
    );
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, address: EngineAddress): Draft | undefined {
  const { engine, effective, places, sources } = address;
  const { url: given } = engine;
  if (engine.async || engine.meant.name !== 'create_engine' || !given || effective.length === 0) return;
  const urls = effective.flatMap((text) => (text === undefined ? [] : (parseDatabaseUrl(text) ?? [])));
  const [first] = urls;
  if (!first || urls.length !== effective.length || !urls.every((url) => isAsyncOnly(url, first))) return;
  const uses = usesOfEngine(backend, engine);
  const sync = uses.find(({ kind }) => kind === 'sync');
  if (!sync || uses.some(({ kind }) => kind === 'async')) return;
  const name = enclosing(engine.call, 'assignment')?.childForFieldName('left')?.text ?? 'The engine';
  const driver = syncDriver(backend, first.dialect);
  if (!driver) return;
  const message = `${name} is synchronous and ${sync.document.path} uses it so, but its address loads ${first.driver}, which is async.`;
  const base = { subject: name, at: document.place(given), message };
  const [place] = places;
  const alone =
    sources.variables.length === 0 && sources.literals.length === 1 && !sources.literals[0]?.scheme;
  if (place && alone && sources.alterations.length === 0) {
    const edit = withDriver(place.text, first.dialect, driver.name);
    return edit
      ? {
          ...base,
          edits: [
            {
              file: place.file,
              start: place.start + edit.start,
              end: place.start + edit.end,
              text: edit.text,
            },
          ],
        }
      : undefined;
  }
  const scheme = driver.name ? `${first.dialect}+${driver.name}` : first.dialect;
  const edits = namedAtEngine(document, backend, given, scheme);
  if (edits) return { ...base, edits };
  return { ...base, safety: 'report', next: `Give this engine an address that begins with ${scheme}://.` };
}

function isAsyncOnly(url: DatabaseUrl, first: DatabaseUrl): boolean {
  return (
    url.dialect === first.dialect &&
    url.driver !== undefined &&
    driverOf(url.dialect, url.driver)?.async === 'only'
  );
}

function syncDriver(backend: Backend, dialect: string): { name: string | undefined } | undefined {
  const known = SYNC_DRIVERS[dialect];
  const required = known?.find(([, packages]) => packages.some((name) => backend.requires(name)));
  const chosen = required ?? known?.at(-1);
  return chosen && { name: chosen[0] };
}

/** `make_url(URL).set(drivername=…)`: whoever else reads the address still gets it as it is. */
function namedAtEngine(
  document: PythonDocument,
  backend: Backend,
  url: Parameters<PythonDocument['place']>[0] & { text: string },
  scheme: string,
): Edit[] | undefined {
  const bound = scopeAt(document, document.root).find('make_url');
  const taken = bound?.some(({ node }) => !document.externalName(node)?.endsWith('.make_url'));
  if (taken) return undefined;
  const module = sqlalchemyMayBe(backend, '2.0') ? 'sqlalchemy' : 'sqlalchemy.engine';
  return [
    { ...document.place(url), text: `make_url(${url.text}).set(drivername="${scheme}")` },
    ...addImport(document, { module, name: 'make_url' }),
  ];
}
