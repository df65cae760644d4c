import type { Backend } from '../../../src/backend/backend.ts';
import { factoriesOf, type SessionFactory } from '../../../src/backend/engines.ts';
import { referencesOf } from '../../../src/backend/unused.ts';
import { appendArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport, moveImported, removeImported } from '../../../src/languages/python/import-edits.ts';
import type { Binding } from '../../../src/languages/python/scopes.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

const HOME = 'sqlalchemy.ext.asyncio';
const NAME = 'async_sessionmaker';

export default {
  title: 'Make the async sessions with async_sessionmaker',
  why: 'sessionmaker is the factory of synchronous sessions; without class_ it gives a Session that cannot use an async engine.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.async_sessionmaker',
  tasks: ['T013', 'T019', 'T021'],
  fixes: [
    /'Session' object does not support the asynchronous context manager protocol/,
    /AsyncContextNotStarted/,
  ],
  literals: ['sessionmaker'],
  detect(document, backend) {
    const wrong = factoriesOf(document).filter(
      (factory) => !factory.writtenAsync && factory.meantAsync && factory.meant.via !== 'unbound',
    );
    return wrong.map((factory) => ({
      subject: nameOf(factory.call),
      at: document.place(factory.callee),
      message: `${nameOf(factory.call)} makes sessions of an async engine.`,
      edits: [...rename(document, factory, wrong), ...sessionClass(document, factory, backend)],
    }));
  },
} satisfies Transform<'python'>;

function nameOf(call: Node): string {
  const left = call.parent?.type === 'assignment' ? call.parent.childForFieldName('left') : undefined;
  return left?.text ?? 'The factory';
}

/** The call's own name, and the import where no synchronous factory needs it any longer. */
function rename(document: PythonDocument, factory: SessionFactory, wrong: SessionFactory[]): Edit[] {
  const call = { ...document.place(factory.callee), text: NAME };
  if (factory.callee.type !== 'identifier')
    return [call, ...addImport(document, { module: HOME, name: NAME })];
  const binding = document.scopes.module.find(factory.callee.text)?.[0];
  if (binding?.kind !== 'from-import' || wrong.length > 1 || !onlyHere(document, binding, factory)) {
    return [call, ...addImport(document, { module: HOME, name: NAME })];
  }
  if (binding.name !== binding.imported) return moveImported(document, binding, HOME, NAME);
  const annotations = referencesOf(document, binding).filter(({ node }) => node.id !== factory.callee.id);
  return [
    call,
    ...annotations.map(({ node }) => ({ ...document.place(node), text: NAME })),
    ...removeImported(document, binding),
    ...addImport(document, { module: HOME, name: NAME }),
  ];
}

/** True where the name is used for this factory and for annotations only. */
function onlyHere(document: PythonDocument, binding: Binding, factory: SessionFactory): boolean {
  return referencesOf(document, binding).every(
    ({ node }) =>
      node.id === factory.callee.id || node.parent?.type === 'type' || node.parent?.type === 'generic_type',
  );
}

/** Where `.exec` is used the sessions must be SQLModel's; async_sessionmaker alone makes SQLAlchemy's. */
function sessionClass(document: PythonDocument, factory: SessionFactory, backend: Backend): Edit[] {
  if (factory.sessionClass || !backend.usesExec) return [];
  return [
    appendArgument(document, factory.call, 'class_=AsyncSession'),
    ...addImport(document, { module: 'sqlmodel.ext.asyncio.session', name: 'AsyncSession' }),
  ];
}
