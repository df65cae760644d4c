import { FLASK_SQLALCHEMY_HOMES } from '../../../src/backend/gone-names.ts';
import { versionReason } from '../../../src/backend/package-version.ts';
import { isForSomeVersions } from '../../../src/backend/version-checks.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport, removeImported } from '../../../src/languages/python/import-edits.ts';
import type { Binding } from '../../../src/languages/python/scope.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: "Import Flask-SQLAlchemy's names from the modules that have them",
  why: 'Flask-SQLAlchemy 3 moved its classes into modules of their own, so the import fails when the server starts.',
  safety: 'safe',
  since: { 'flask-sqlalchemy': '3.0' },
  runsFrom: { 'flask-sqlalchemy': '3.0' },
  docs: 'https://flask-sqlalchemy.readthedocs.io/en/stable/changes/#version-3-0-0',
  catalogue: ['py-flask-sqlalchemy3'],
  fixes: [
    /cannot import name '(BaseQuery|Model|Pagination|SignallingSession|get_debug_queries)' from 'flask_sqlalchemy'/,
  ],
  literals: ['flask_sqlalchemy'],
  detect(document, backend) {
    const because = versionReason(backend, 'flask-sqlalchemy');
    return [
      ...document.topBindings.flatMap((binding) => imported(document, binding, because) ?? []),
      ...Object.keys(FLASK_SQLALCHEMY_HOMES).flatMap((name) => attributes(document, name, because)),
    ];
  },
} satisfies Transform<'python'>;

function imported(document: PythonDocument, binding: Binding, because: string): Draft | undefined {
  const name = binding.imported ?? '';
  const home = Object.hasOwn(FLASK_SQLALCHEMY_HOMES, name) ? FLASK_SQLALCHEMY_HOMES[name] : undefined;
  const direct = binding.kind === 'from-import' && binding.module === 'flask_sqlalchemy';
  if (!home || !direct || binding.guards.length > 0) return undefined;
  if (document.modules.resolve(document.path, 'flask_sqlalchemy').kind !== 'external') return undefined;
  const alias = binding.name === home.name ? {} : { alias: binding.name };
  return {
    subject: name,
    at: document.place(binding.node),
    message: `flask_sqlalchemy 3 (${because}) has no ${name}; it is ${home.name} of ${home.module}.`,
    edits: [...removeImported(document, binding), ...addImport(document, { ...home, ...alias })],
  };
}

/** `flask_sqlalchemy.BaseQuery`: the package loads all of these modules itself, but for the one of the recorded queries. */
function attributes(document: PythonDocument, name: string, because: string): Draft[] {
  const home = FLASK_SQLALCHEMY_HOMES[name];
  const found = document
    .attributesNamed(name)
    .filter((node) => document.externalName(node) === `flask_sqlalchemy.${name}`)
    .filter((node) => !isForSomeVersions(document, node, 'flask-sqlalchemy'));
  const [first] = found;
  if (!home || !first) return [];
  return [
    {
      subject: name,
      at: document.place(first),
      message: `flask_sqlalchemy 3 (${because}) has no ${name}; it is ${home.name} of ${home.module}.`,
      ...(name === 'get_debug_queries'
        ? { safety: 'report' as const, next: `Import ${home.name} from ${home.module}.` }
        : { edits: found.map((node) => ({ ...document.place(node), text: moved(node, home) })) }),
    },
  ];
}

function moved(node: Node, home: { module: string; name: string }): string {
  return `${node.childForFieldName('object')?.text}${home.module.slice('flask_sqlalchemy'.length)}.${home.name}`;
}
