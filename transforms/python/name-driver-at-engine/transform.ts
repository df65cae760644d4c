import type { Backend } from '../../../src/backend/backend.ts';
import { DRIVER_ERRORS, type DriverRepair, driverRepairs } from '../../../src/backend/driver-repairs.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { mayBeAtLeast } from '../../../src/settings/versions.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Name the driver where the engine is made',
  why: 'Without it SQLAlchemy loads a driver that is not installed or not async; other code reads the same address and needs it plain.',
  safety: {
    unsafe: 'whatever driver the address names, this engine will use the one written here',
  },
  docs: 'https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.engine.URL.set',
  checkpoint: 'imports',
  tasks: ['T016', 'T022', 'T024'],
  catalogue: ['py-sa21-default-driver-psycopg', 'py-async-engine-sync-driver', 'py-postgres-scheme'],
  fixes: DRIVER_ERRORS,
  literals: ['create_engine', 'create_async_engine', 'SQLALCHEMY_DATABASE_URI'],
  detect(document, backend) {
    return driverRepairs(backend).flatMap((repair) => draft(document, backend, repair) ?? []);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, repair: DriverRepair): Draft | undefined {
  const { engine, want, subject } = repair;
  const url = engine.url;
  if (repair.at !== 'engine' || engine.document.path !== document.path || !url) return undefined;
  const scheme = `${want.dialect}+${want.driver}`;
  const bound = scopeAt(document, url).find('make_url');
  const free =
    bound === undefined || document.externalName(url)?.endsWith('make_url') || isMakeUrl(document, bound);
  const home = mayBeAtLeast(backend.facts.requires.sqlalchemy ?? '', '2.0')
    ? 'sqlalchemy'
    : 'sqlalchemy.engine';
  const edits = [
    { ...document.place(url), text: `make_url(${url.text}).set(drivername="${scheme}")` },
    ...addImport(document, { module: home, name: 'make_url' }),
  ];
  const others = repair.readers.slice(0, 3).join(', ');
  const why = others ? `${others} reads it too` : 'code on the way changes it';
  return {
    subject,
    at: document.place(url),
    message: `${subject} stays as it is, since ${why}; this engine takes ${scheme}.`,
    edits: free ? edits : [],
    ...(!free && {
      safety: 'report' as const,
      next: `Give this engine an address that begins with ${scheme}://.`,
    }),
    provides: [`address:${want.driver}`],
    needs: [`package:${want.driver}`],
  };
}

function isMakeUrl(
  document: PythonDocument,
  bindings: { node: Parameters<PythonDocument['origin']>[0] }[],
): boolean {
  return bindings.every((binding) => document.externalName(binding.node)?.endsWith('.make_url') ?? false);
}
