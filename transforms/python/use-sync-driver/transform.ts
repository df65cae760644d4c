import { type EngineAddress, engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { isSameEngine } from '../../../src/backend/engines.ts';
import { outsideReaders } from '../../../src/backend/outside-readers.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import { syncRepair } from '../../../src/backend/sync-driver.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { enclosing } from '../../../src/languages/python/tree.ts';
import { driverOf } from '../../../src/settings/database-drivers.ts';
import { parseDatabaseUrl, withDriver } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

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
  const { engine } = address;
  const { url: given } = engine;
  const repair = given && syncRepair(backend, address);
  if (!repair) return undefined;
  const { first, driver, user } = repair;
  const name = enclosing(engine.call, 'assignment')?.childForFieldName('left')?.text ?? 'The engine';
  const message = `${name} is synchronous and ${user} uses it so, but its address loads ${first.driver}, which is async.`;
  const base = { subject: name, at: document.place(given), message };
  if (isForThisEngine(backend, address))
    return { ...base, edits: named(address, first.dialect, driver.name) };
  const scheme = driver.name ? `${first.dialect}+${driver.name}` : first.dialect;
  const edits = namedAtEngine(document, backend, given, scheme);
  if (edits) return { ...base, edits };
  return { ...base, safety: 'report', next: `Give this engine an address that begins with ${scheme}://.` };
}

/** True where nobody else is given the address, or has the driver that it names: it is put right where it is written. */
function isForThisEngine(backend: Backend, address: EngineAddress): boolean {
  const { engine, places, sources, uses } = address;
  if (places.length === 0 || sources.alterations.length > 0 || sources.unknown.length > 0) return false;
  const isSet = ({ name }: { name: string }) =>
    places.some(({ variable, kind }) => variable === name && kind !== 'code');
  if (!sources.variables.every(isSet)) return false;
  if (sources.variables.length > 0 && namesInstalled(backend, address)) return false;
  const others = uses.filter(
    (use) => use.kind !== 'read' && !(use.engine && isSameEngine(use.engine, engine) && !use.altered),
  );
  if (others.length > 0 || uses.some(({ prefix }) => prefix !== undefined)) return false;
  if (sources.literals.some(({ scheme }) => scheme)) return false;
  return sources.variables.every(({ name }) => outsideReaders(backend, name, places).length === 0);
}

/** True where the manifests install the async driver: somebody may be meant to use it. */
function namesInstalled(backend: Backend, { places }: EngineAddress): boolean {
  return places.some(({ text }) => {
    const url = parseDatabaseUrl(text);
    const known = url?.driver ? driverOf(url.dialect, url.driver) : undefined;
    return known?.packages.some((name) => backend.requires(name)) ?? true;
  });
}

function named({ places }: EngineAddress, dialect: string, driver: string | undefined): Edit[] {
  return places.flatMap((place) => {
    const edit = withDriver(place.text, dialect, driver);
    return edit
      ? [{ file: place.file, start: place.start + edit.start, end: place.start + edit.end, text: edit.text }]
      : [];
  });
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
