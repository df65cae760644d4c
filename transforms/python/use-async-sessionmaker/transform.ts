import type { Backend } from '../../../src/backend/backend.ts';
import { factoriesOf, type SessionFactory } from '../../../src/backend/engines.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { renameCall } from '../../../src/backend/rename-call.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import { appendArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

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
    if (!sqlalchemyMayBe(backend, '2.0')) return [];
    const wrong = factoriesOf(document).filter(
      (factory) =>
        !factory.writtenAsync &&
        factory.meantAsync &&
        factory.meant.via !== 'unbound' &&
        !worksInTest(document, factory),
    );
    return wrong.map((factory) => ({
      subject: nameOf(factory.call),
      at: document.place(factory.callee),
      message: `${nameOf(factory.call)} makes sessions of an async engine.`,
      edits: [
        ...renameCall(document, factory.callee, {
          module: 'sqlalchemy.ext.asyncio',
          name: 'async_sessionmaker',
        }),
        ...sessionClass(document, factory, backend),
      ],
    }));
  },
} satisfies Transform<'python'>;

/** `sessionmaker(engine, class_=AsyncSession)` runs; in a test that is enough. */
function worksInTest(document: PythonDocument, factory: SessionFactory): boolean {
  return isTest(document.path) && factory.sessionClass !== undefined;
}

function nameOf(call: Node): string {
  const left = call.parent?.type === 'assignment' ? call.parent.childForFieldName('left') : undefined;
  return left?.text ?? 'The factory';
}

/** Where `.exec` is used the sessions must be SQLModel's; async_sessionmaker alone makes SQLAlchemy's. */
function sessionClass(document: PythonDocument, factory: SessionFactory, backend: Backend): Edit[] {
  if (factory.sessionClass || !backend.usesExec) return [];
  return [
    appendArgument(document, factory.call, 'class_=AsyncSession'),
    ...addImport(document, { module: 'sqlmodel.ext.asyncio.session', name: 'AsyncSession' }),
  ];
}
