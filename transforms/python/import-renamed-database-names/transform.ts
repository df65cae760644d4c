import type { Backend } from '../../../src/backend/backend.ts';
import { TAKEN_AWAY } from '../../../src/backend/older-releases.ts';
import { renameImported } from '../../../src/backend/rename-imported.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { moveImported } from '../../../src/languages/python/import-edits.ts';
import type { Binding } from '../../../src/languages/python/scopes.ts';
import { children, descendants, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit, Place, Safety } from '../../../src/types.ts';

interface Renamed {
  module: string;
  name: string;
  safety?: Safety;
}

const ROW: Renamed = {
  module: 'sqlalchemy.engine',
  name: 'Row',
  safety: {
    unsafe:
      'A Row is a named tuple: code that reads it by a string, row["name"], needs row._mapping["name"].',
  },
};

/** Names that SQLAlchemy 2.0 no longer has under what they were called: read off 1.4.54 and 2.0.58. */
const RENAMED: Record<string, Renamed> = {
  'sqlalchemy.orm.relation': { module: 'sqlalchemy.orm', name: 'relationship' },
  'sqlalchemy.orm.eagerload': { module: 'sqlalchemy.orm', name: 'joinedload' },
  'sqlalchemy.ext.declarative.clsregistry': { module: 'sqlalchemy.orm', name: 'clsregistry' },
  'sqlalchemy.engine.RowProxy': ROW,
  'sqlalchemy.engine.result.RowProxy': ROW,
  'sqlalchemy.engine.base.RowProxy': ROW,
};

/** Classes to derive from, which events took the place of, and engine strategies, which nothing did. */
const GONE = new Set(TAKEN_AWAY.flatMap(({ package: of, names }) => (of === 'sqlalchemy' ? names : [])));

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
  why: 'SQLAlchemy 2.0 took the old name away, so the import fails when the server starts.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/changelog_20.html',
  catalogue: ['py-wrong-import-core-names'],
  fixes: [
    /cannot import name '(relation|eagerload)' from 'sqlalchemy\.orm'/,
    /cannot import name 'RowProxy' from 'sqlalchemy\.engine/,
    /module 'sqlalchemy\.(orm|engine)[\w.]*' has no attribute '(relation|eagerload|RowProxy)'/,
    /cannot import name '(clsregistry|\w+Extension|\w+Strategy|ConnectionProxy|PoolListener)' from 'sqlalchemy\./,
    /No module named 'sqlalchemy\.(databases|interfaces)'/,
  ],
  literals: [
    'relation',
    'eagerload',
    'RowProxy',
    'databases',
    'clsregistry',
    'Extension',
    'ConnectionProxy',
    'PoolListener',
    'EngineStrategy',
  ],
  detect(document, backend) {
    if (!sqlalchemyMayBe(backend, '2.0')) return [];
    return [
      ...document.bindings.flatMap((binding) => oldImport(document, backend, binding)),
      ...oldAttributes(document, backend),
      ...goneAttributes(document),
      ...oldModule(document),
    ];
  },
} satisfies Transform<'python'>;

/** `from sqlalchemy.orm import relation`, `from sqlalchemy.databases import mysql`. */
function oldImport(document: PythonDocument, backend: Backend, binding: Binding): Draft[] {
  if (binding.kind !== 'from-import' || binding.guards.some(keepsVersionsApart)) return [];
  const { module = '', imported = '' } = binding;
  if (document.modules.resolve(document.path, module).kind !== 'external') return [];
  const to = RENAMED[`${module}.${imported}`];
  const at = document.place(binding.node);
  if (to === ROW && madeByHand(backend)) return [rowsMadeByHand(imported, at)];
  if (to) {
    const edits = renameImported(document, backend, binding, to);
    return [{ subject: imported, at, message: renamedMessage(module, imported, to), edits, ...safetyOf(to) }];
  }
  if (GONE.has(`${module}.${imported}`)) return [gone(module, imported, at)];
  const dialect = module === 'sqlalchemy.databases' ? DATABASES[imported] : undefined;
  if (!dialect) return [];
  const plain = document.usesOf(binding).every(({ node }) => isTypeOf(node.parent));
  const home = plain ? 'sqlalchemy.dialects' : `sqlalchemy.dialects.${dialect}`;
  const edits = moveImported(document, binding, home, plain ? dialect : 'base');
  const message = `sqlalchemy.databases is gone since SQLAlchemy 2.0; its ${imported} is ${plain ? `${home}.${dialect}` : `${home}.base`}.`;
  return [{ subject: `databases.${imported}`, at, message, edits }];
}

function gone(module: string, name: string, at: Place): Draft {
  const instead = /Extension$|Proxy$|Listener$/.test(name)
    ? 'Listen with sqlalchemy.event.listens_for in its place'
    : 'Make engines with create_engine alone';
  return {
    subject: name,
    at,
    safety: 'report',
    message: `${module} has no ${name} since SQLAlchemy 1.4, so that this module cannot be imported.`,
    next: `${instead}, or require SQLAlchemy below 1.4.`,
  };
}

/** `try: … except ImportError:` and `if version < "1.4":` ask first; what the type checker reads is not run. */
function keepsVersionsApart(guard: Binding['guards'][number]): boolean {
  return guard.kind === 'try' || (guard.kind === 'if' && !/TYPE_CHECKING/.test(guard.test.text));
}

/** `RowProxy(metadata, row, …)`, `class Record(RowProxy)`: a Row takes other arguments, so another name does not repair it. */
function madeByHand(backend: Backend): boolean {
  const isRow = (document: PythonDocument, node: Node | null) =>
    node !== null && RENAMED[document.externalName(node) ?? ''] === ROW;
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
  const found = new Map<string, { to: Renamed; nodes: Node[] }>();
  for (const name of new Set(Object.keys(RENAMED).map((each) => each.slice(each.lastIndexOf('.') + 1)))) {
    for (const node of document.attributesNamed(name)) {
      const external = document.externalName(node);
      const to = external ? RENAMED[external] : undefined;
      if (to && !isAskedFor(node)) found.set(name, { to, nodes: [...(found.get(name)?.nodes ?? []), node] });
    }
  }
  return [...found].flatMap(([name, { to, nodes }]): Draft[] => {
    const [first] = nodes;
    const object = first?.childForFieldName('object');
    if (!first || !object) return [];
    if (to === ROW && madeByHand(backend)) return [rowsMadeByHand(name, document.place(first))];
    const edits = nodes.flatMap((node): Edit[] => {
      const attribute = node.childForFieldName('attribute');
      return attribute ? [{ ...document.place(attribute), text: to.name }] : [];
    });
    const message = renamedMessage(object.text, name, to);
    return [{ subject: name, at: document.place(first), message, edits, ...safetyOf(to) }];
  });
}

/** `class Audit(interfaces.MapperExtension)`. */
function goneAttributes(document: PythonDocument): Draft[] {
  return [...GONE].flatMap((whole): Draft[] => {
    const dot = whole.lastIndexOf('.');
    const node = document
      .attributesNamed(whole.slice(dot + 1))
      .find((each) => document.externalName(each) === whole && !isAskedFor(each));
    return node ? [gone(whole.slice(0, dot), whole.slice(dot + 1), document.place(node))] : [];
  });
}

/** Where the name may be missing, and the code is ready for that: `except AttributeError:`, `if version < "1.4":`, `if hasattr(…):`. */
function isAskedFor(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'try_statement' && children(at).some(catchesMissingNames)) return true;
    if (at.type === 'if_statement' && /version|hasattr/i.test(at.childForFieldName('condition')?.text ?? ''))
      return true;
  }
  return false;
}

function catchesMissingNames(clause: Node): boolean {
  const [caught] = clause.type === 'except_clause' ? clause.namedChildren : [];
  return caught !== undefined && (caught?.type === 'block' || /\bAttributeError\b/.test(caught?.text ?? ''));
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
  const base = { subject: `databases.${name}`, at: document.place(binding.statement) };
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

function renamedMessage(module: string, name: string, to: Renamed): string {
  return `${module} has no ${name} since SQLAlchemy ${to === ROW ? '1.4' : '2.0'}; it is called ${to.name} now.`;
}

function safetyOf({ safety }: Renamed): { safety?: Safety } {
  return safety ? { safety } : {};
}
