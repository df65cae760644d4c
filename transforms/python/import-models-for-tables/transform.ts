import { alembicEnvironments, isStartedByProgram } from '../../../src/backend/alembic.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { errorOfImport } from '../../../src/backend/import-errors.ts';
import { moduleFor } from '../../../src/backend/import-for.ts';
import { loadersOf, loadsByName, reachFrom } from '../../../src/backend/import-reach.ts';
import { type MetadataHome, metadataAt, modelsOf } from '../../../src/backend/models.ts';
import { keyword, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { insertBefore } from '../../../src/languages/python/statement-edits.ts';
import { descendants, enclosing, type Node, statementOf } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** More modules than these are imported through a package of their own. */
const MOST_LINES = 12;

export default {
  title: 'Import the models before their tables are made',
  why: 'A table is known once its module is loaded: what nothing imports is neither created nor migrated, and the first query fails.',
  safety: { unsafe: 'what stands in the imported modules runs, and their tables are made at the next start' },
  docs: 'https://sqlmodel.tiangolo.com/tutorial/create-db-and-table/#sqlmodel-metadata-order-matters',
  catalogue: ['py-create-all-before-models', 'py-relationship-name-fk'],
  fixes: [
    /no such table: \w+/,
    /relation "\w+" does not exist/,
    /Table '[\w.]+' doesn't exist/,
    /expression '\w+' failed to locate a name \('\w+'\)/,
    /could not find table '\w+' with which to generate a foreign key/,
  ],
  literals: ['create_all', 'target_metadata'],
  detect(document, backend) {
    return metadataUses(document, backend).flatMap((use) => draft(document, backend, use) ?? []);
  },
} satisfies Transform<'python'>;

interface Use {
  at: Node;
  home: MetadataHome;
  /** Alembic loads env.py by itself; the server loads what its entry imports. */
  migration: boolean;
}

/** `Base.metadata.create_all`, and `target_metadata = Base.metadata` of an env.py. */
function metadataUses(document: PythonDocument, backend: Backend): Use[] {
  const migration = alembicEnvironments(backend).some((each) => each.document.path === document.path);
  // What the program has loaded by then, its own modules say.
  if (migration && isStartedByProgram(document)) return [];
  const uses = migration
    ? descendants(document.root, 'assignment').filter(
        (each) => each.childForFieldName('left')?.text === 'target_metadata',
      )
    : document.attributesNamed('create_all');
  if (!migration && !backend.sources.includes(document)) return [];
  const found = uses
    .filter((at) => !choosesTables(at))
    .flatMap((at) => {
      const metadata = at.childForFieldName(migration ? 'right' : 'object');
      const home = metadata ? metadataAt(document, metadata) : undefined;
      return home ? [{ at, home, migration }] : [];
    });
  return found.slice(0, 1);
}

/** `create_all(engine, tables=[…])` makes some of the tables, and means to. */
function choosesTables(at: Node): boolean {
  const around = at.parent?.type === 'argument_list' ? at.parent.parent : at.parent;
  if (around?.type !== 'call') return false;
  return (
    keyword(around, 'tables') !== undefined || (around.id === at.parent?.id && positional(around).length > 1)
  );
}

function draft(document: PythonDocument, backend: Backend, { at, home, migration }: Use): Draft | undefined {
  const entry = backend.application?.document;
  const fromEntry = entry && !migration ? reachFrom([entry], backend.documents) : undefined;
  const reached = fromEntry?.has(document.path)
    ? fromEntry
    : reachFrom(migration ? [document] : loadersOf(document, backend.sources), backend.documents);
  if (loadsByName(reached.values())) return undefined;
  const missing = backend.sources.filter(
    (each) => !reached.has(each.path) && isBeside(document, each) && declares(each, home) && !isProgram(each),
  );
  if (missing.length === 0) return undefined;
  const wanted = fewest(missing);
  const names = missing
    .map(({ path }) => path)
    .slice(0, 4)
    .join(', ');
  const more = missing.length > 4 ? ` and ${missing.length - 4} more` : '';
  const base = {
    subject: migration ? 'target_metadata' : 'create_all',
    at: document.place(at),
    message: `Nothing imports ${names}${more} by the time ${migration ? 'alembic compares' : 'the tables are made'}, so ${missing.length === 1 ? 'its tables are' : 'their tables are'} left out.`,
  };
  const statement = statementFor(at);
  const [broken, ...others] = brokenAmong(missing, reached);
  // Half-written modules that nobody has ever run are no part of the backend.
  if (others.length > 0) return undefined;
  if (broken) {
    const next = `${broken.path} raises ${broken.error} when it is imported: repair that first, then import ${wanted.length === 1 ? 'it' : 'these modules'} above this line.`;
    return { ...base, safety: 'report', next };
  }
  const lines = wanted.map((each) => importLine(document, each, statement));
  if (wanted.length > MOST_LINES || lines.some((line) => line === undefined))
    return { ...base, safety: 'report', next: 'Import these modules above this line.' };
  return { ...base, edits: [insertBefore(document, statement, lines.join('\n'))] };
}

/** The modules whose import is seen to fail, of these and of those that they load. */
function brokenAmong(
  missing: readonly PythonDocument[],
  loaded: ReadonlyMap<string, PythonDocument>,
): { path: string; error: string }[] {
  const fresh = [...reachFrom(missing).values()].filter(({ path }) => !loaded.has(path));
  return fresh.flatMap((each) => {
    const error = errorOfImport(each);
    return error === undefined ? [] : [{ path: each.path, error }];
  });
}

function declares(document: PythonDocument, home: MetadataHome): boolean {
  if (
    !/\bclass\b/.test(document.text) ||
    !/Column|mapped_column|table\s*=\s*True|__tablename__/.test(document.text)
  )
    return false;
  return modelsOf(document).some((model) => isSameHome(model.home, home));
}

function isSameHome(a: MetadataHome, b: MetadataHome): boolean {
  if (a.kind === 'sqlmodel' || b.kind === 'sqlmodel') return a.kind === b.kind;
  return a.name === b.name && a.document.path === b.document.path;
}

/** SQLModel's metadata is one for everything; another program of the repository has tables of its own. */
function isBeside(document: PythonDocument, other: PythonDocument): boolean {
  const top = (path: string) => (path.includes('/') ? path.split('/')[0] : '');
  const migrations = /(^|\/)(migrations?|alembic)\//.test(document.path);
  return migrations || top(document.path) === '' || top(document.path) === top(other.path);
}

/** A module that starts something, or makes its own tables. */
function isProgram(document: PythonDocument): boolean {
  return (
    /__name__\s*==|create_all|\b(FastAPI|Flask|Starlette)\(/.test(document.text) ||
    /(^|\/)(examples?|docs?|scripts?|versions)\//.test(document.path)
  );
}

/** The package that imports all of them, if there is one. */
function fewest(missing: PythonDocument[]): PythonDocument[] {
  const [first] = missing;
  const above = first?.modules.document(`${first.path.slice(0, first.path.lastIndexOf('/'))}/__init__.py`);
  if (!first || !above || missing.length < 2) return missing;
  const reached = reachFrom([above]);
  return missing.every(({ path }) => reached.has(path)) ? [above] : missing;
}

/** The statement of the function, or of the module, that the tables are made in. */
function statementFor(at: Node): Node {
  const definition = enclosing(at, 'function_definition');
  let statement = statementOf(at);
  while (
    statement.parent?.parent &&
    statement.parent.type === 'block' &&
    statement.parent.parent.id !== definition?.id
  ) {
    const around = statementOf(statement.parent.parent);
    if (/^(function|class)_definition$/.test(around.type) || around.id === statement.id) break;
    statement = around;
  }
  return statement;
}

/** `from app.models import hero  # noqa: F401`, under a name that is free there. */
function importLine(document: PythonDocument, owner: PythonDocument, place: Node): string | undefined {
  const path = moduleFor(document, owner);
  const dot = path.lastIndexOf('.');
  const name = path.slice(dot + 1);
  if (!/^\w+$/.test(name)) return undefined;
  const taken =
    scopeAt(document, place).find(name) !== undefined || document.scopes.module.bindings.has(name);
  const alias = taken ? ` as ${name}_tables` : '';
  const parent = path.slice(0, dot + 1);
  const module = /^\.+$/.test(parent) ? parent : parent.slice(0, -1);
  return dot < 0
    ? `import ${name}${alias}  # noqa: F401`
    : `from ${module} import ${name}${alias}  # noqa: F401`;
}
