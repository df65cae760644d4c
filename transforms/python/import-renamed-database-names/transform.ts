import type { Backend } from '../../../src/backend/backend.ts';
import { goneSince, lastPart, RENAMED } from '../../../src/backend/gone-names.ts';
import { isAskedFor } from '../../../src/backend/import-time.ts';
import { renameImported } from '../../../src/backend/rename-imported.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { moveImported } from '../../../src/languages/python/import-edits.ts';
import type { Binding } from '../../../src/languages/python/scopes.ts';
import { descendants, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit, Place, Safety } from '../../../src/types.ts';

const ROW: Safety = {
  unsafe: 'A Row is a named tuple: code that reads it by a string, row["name"], needs row._mapping["name"].',
};

/** The last parts of the old names. */
const OLD_WORDS: ReadonlySet<string> = new Set(Object.keys(RENAMED).map(lastPart));

/** What `sqlalchemy.databases` held until 1.4: each the `base` module of a dialect that is still there. */
const DATABASES: Record<string, string> = {
  mssql: 'mssql',
  mysql: 'mysql',
  oracle: 'oracle',
  postgres: 'postgresql',
  postgresql: 'postgresql',
  sqlite: 'sqlite',
};

export default {
  title: 'Import the database names by what they are called now',
  why: 'SQLAlchemy took the old name away, so the import fails when the server starts.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/changelog_20.html',
  catalogue: ['py-wrong-import-core-names'],
  fixes: [
    /cannot import name '(relation|eagerload|compile_mappers)' from 'sqlalchemy\.orm'/,
    /cannot import name '(Binary|PassiveDefault)' from 'sqlalchemy/,
    /cannot import name '_\w+' from 'sqlalchemy\.sql\.expression'/,
    /cannot import name 'RowProxy' from 'sqlalchemy\.engine/,
    /module 'sqlalchemy(\.\w+)*' has no attribute '(relation|eagerload|RowProxy|Binary|PassiveDefault|compile_mappers)'/,
    /cannot import name 'clsregistry' from 'sqlalchemy\./,
    /No module named 'sqlalchemy\.databases'/,
  ],
  literals: ['databases', ...OLD_WORDS],
  detect(document, backend) {
    return [
      ...document.bindings.flatMap((binding) => oldImport(document, backend, binding)),
      ...oldAttributes(document, backend),
      ...oldModule(document),
    ];
  },
} satisfies Transform<'python'>;

/** `from sqlalchemy.orm import relation`, `from sqlalchemy.databases import mysql`. */
function oldImport(document: PythonDocument, backend: Backend, binding: Binding): Draft[] {
  if (binding.kind !== 'from-import' || binding.guards.some(keepsVersionsApart)) return [];
  const { module = '', imported = '' } = binding;
  if (document.modules.resolve(document.path, module).kind !== 'external') return [];
  const old = `${module}.${imported}`;
  const to = RENAMED[old];
  const at = document.place(binding.node);
  if (to?.name === 'Row' && madeByHand(backend)) return [rowsMadeByHand(imported, at)];
  if (to) {
    const edits = renameImported(document, backend, binding, to);
    return [
      { subject: imported, at, message: renamedMessage(module, old, to), edits, ...aboutReleases(old, to) },
    ];
  }
  const dialect = module === 'sqlalchemy.databases' ? DATABASES[imported] : undefined;
  if (!dialect) return [];
  const plain = document.usesOf(binding).every(({ node }) => isTypeOf(node.parent));
  const home = plain ? 'sqlalchemy.dialects' : `sqlalchemy.dialects.${dialect}`;
  const edits = moveImported(document, binding, home, plain ? dialect : 'base');
  const message = `sqlalchemy.databases is gone since SQLAlchemy 2.0; its ${imported} is ${plain ? `${home}.${dialect}` : `${home}.base`}.`;
  return [{ subject: `databases.${imported}`, at, message, edits, since: { sqlalchemy: '2.0' } }];
}

/** `try: … except ImportError:` and `if version < "1.4":` ask first; what the type checker reads is not run. */
function keepsVersionsApart(guard: Binding['guards'][number]): boolean {
  return guard.kind === 'try' || (guard.kind === 'if' && !/TYPE_CHECKING/.test(guard.test.text));
}

/** `RowProxy(metadata, row, …)`, `class Record(RowProxy)`: a Row takes other arguments, so another name does not repair it. */
function madeByHand(backend: Backend): boolean {
  const isRow = (document: PythonDocument, node: Node | null) =>
    node !== null && RENAMED[document.externalName(node) ?? '']?.name === 'Row';
  return backend.documents
    .filter(({ text }) => text.includes('RowProxy'))
    .some(
      (document) =>
        document.calls.some((call) => isRow(document, call.childForFieldName('function'))) ||
        descendants(document.root, 'class_definition').some((definition) =>
          definition.childForFieldName('superclasses')?.namedChildren.some((each) => isRow(document, each)),
        ),
    );
}

function rowsMadeByHand(name: string, at: Place): Draft {
  return {
    subject: name,
    at,
    safety: 'report',
    message: `${name} is called Row since SQLAlchemy 1.4, and is made by other arguments: the code of this project makes its rows by itself.`,
    next: 'Make a class of your own from what is read of these rows, a named tuple say, or require SQLAlchemy below 1.4.',
  };
}

/** `mysql.LONGTEXT`: what a dialect's package itself exports. */
function isTypeOf(node: Node | null): boolean {
  return (
    node?.type === 'attribute' && /^[A-Z][A-Z0-9_]+$/.test(node.childForFieldName('attribute')?.text ?? '')
  );
}

/** `orm.relation(…)`. */
function oldAttributes(document: PythonDocument, backend: Backend): Draft[] {
  const found = new Map<string, Node[]>();
  for (const name of OLD_WORDS) {
    for (const node of document.attributesNamed(name)) {
      const old = document.externalName(node) ?? '';
      if (RENAMED[old] && !isAskedFor(node)) found.set(old, [...(found.get(old) ?? []), node]);
    }
  }
  return [...found].flatMap(([old, nodes]): Draft[] => {
    const [first] = nodes;
    const object = first?.childForFieldName('object');
    const to = RENAMED[old];
    if (!first || !object || !to) return [];
    const name = lastPart(old);
    if (to.name === 'Row' && madeByHand(backend)) return [rowsMadeByHand(name, document.place(first))];
    const edits = nodes.flatMap((node): Edit[] => {
      const attribute = node.childForFieldName('attribute');
      return attribute ? [{ ...document.place(attribute), text: to.name }] : [];
    });
    const message = renamedMessage(object.text, old, to);
    return [{ subject: name, at: document.place(first), message, edits, ...aboutReleases(old, to) }];
  });
}

/** `import sqlalchemy.databases`, whose parts are used by their whole name. */
function oldModule(document: PythonDocument): Draft[] {
  const binding = document.topBindings.find(
    (each) => each.kind === 'import' && each.module === 'sqlalchemy.databases',
  );
  const written = binding?.node.type === 'dotted_name' ? binding.node : binding?.node.parent;
  if (!binding || !written || binding.guards.some(keepsVersionsApart)) return [];
  const uses = document
    .attributesNamed('databases')
    .filter((node) => document.externalName(node) === 'sqlalchemy.databases');
  const parts = uses.map((node) => node.parent?.childForFieldName('attribute'));
  const names = new Set(parts.map((part) => part?.text ?? ''));
  const [name = ''] = names;
  const dialect = DATABASES[name];
  const base = {
    subject: `databases.${name}`,
    at: document.place(binding.statement),
    since: { sqlalchemy: '2.0' },
  };
  const gone = 'sqlalchemy.databases is gone since SQLAlchemy 2.0';
  if (names.size !== 1 || !dialect || written.text !== 'sqlalchemy.databases') {
    const next = 'Import the dialects that are used from sqlalchemy.dialects.';
    return [{ ...base, safety: 'report', message: `${gone}.`, next }];
  }
  const plain = parts.every((part) => isTypeOf(part?.parent?.parent ?? null));
  const path = `sqlalchemy.dialects.${dialect}`;
  const whole = plain ? path : `${path}.base`;
  const edits = uses.flatMap(({ parent }) => (parent ? [{ ...document.place(parent), text: whole }] : []));
  const message = `${gone}; its ${name} is ${whole}.`;
  return [{ ...base, message, edits: [{ ...document.place(written), text: whole }, ...edits] }];
}

function renamedMessage(module: string, old: string, to: { name: string }): string {
  const since = goneSince(old)?.since ?? '2.0';
  return `${module} has no ${lastPart(old)} since SQLAlchemy ${since}; it is called ${to.name} now.`;
}

function aboutReleases(old: string, to: { name: string }): Pick<Draft, 'since' | 'safety'> {
  const gone = goneSince(old);
  return {
    ...(gone && { since: { [gone.package]: gone.since } }),
    ...(to.name === 'Row' && { safety: ROW }),
  };
}
