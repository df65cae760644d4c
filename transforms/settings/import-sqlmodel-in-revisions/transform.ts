import { alembicEnvironments } from '../../../src/backend/alembic.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { lineEnd } from '../../../src/languages/python/layout.ts';
import { dirname, join } from '../../../src/languages/python/modules.ts';
import { children, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Import sqlmodel in the revisions of alembic',
  why: "Alembic writes SQLModel's types as sqlmodel.sql.sqltypes.AutoString() into a revision but not the import, so the migration ends with a NameError.",
  safety: 'safe',
  docs: 'https://alembic.sqlalchemy.org/en/latest/autogenerate.html#controlling-the-module-prefix',
  catalogue: ['py-alembic-sqlmodel-name'],
  fixes: [/name 'sqlmodel' is not defined/],
  detect(backend) {
    const revisions = backend.documents.filter(isRevision).flatMap((document) => inRevision(document) ?? []);
    return [...revisions, ...templates(backend)];
  },
} satisfies Transform<'settings'>;

/** Alembic reads these two names off every revision. */
function isRevision(document: PythonDocument): boolean {
  if (!document.text.includes('down_revision')) return false;
  const { bindings } = document.scopes.module;
  return bindings.has('revision') && bindings.has('down_revision');
}

function inRevision(document: PythonDocument): Draft | undefined {
  const [use] = document
    .referencesNamed('sqlmodel')
    .filter(({ node }) => document.origin(node).kind === 'unbound' && node.parent?.type === 'attribute');
  const last = use && lastImport(document);
  if (!use || !last) return undefined;
  const end = lineEnd(document.text, last.endIndex);
  return {
    subject: 'sqlmodel',
    at: document.place(use.node),
    message: 'sqlmodel is used here and imported nowhere.',
    edits: [{ file: document.path, start: end, end, text: `${lineEnding(document.text)}import sqlmodel` }],
  };
}

/** The last `import …` of the head, else the last import of any kind. */
function lastImport(document: PythonDocument): Node | undefined {
  const top = children(document.root);
  return (
    top.findLast(({ type }) => type === 'import_statement') ??
    top.findLast(({ type }) => type === 'import_from_statement')
  );
}

/** `script.py.mako`, from which the next revision is made, where the tables are SQLModel's. */
function templates(backend: Backend): Draft[] {
  if (!backend.facts.metadata.some(({ module }) => module === 'sqlmodel')) return [];
  return alembicEnvironments(backend).flatMap(({ document }) => {
    const file = backend.workspace.read(join(dirname(document.path), 'script.py.mako'));
    const line = file && /^import sqlalchemy as sa[ \t]*$/m.exec(file.text);
    const handled = /sqlmodel/.test(file?.text ?? '') || /render_item|user_module_prefix/.test(document.text);
    if (!file || !line || handled) return [];
    const end = line.index + line[0].length;
    return [
      {
        subject: 'script.py.mako',
        at: { file: file.path, start: line.index, end },
        message:
          "The next revision is made from this template, and will name SQLModel's types without importing them.",
        edits: [{ file: file.path, start: end, end, text: `${lineEnding(file.text)}import sqlmodel` }],
      },
    ];
  });
}
