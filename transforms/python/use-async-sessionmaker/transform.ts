import type { Backend } from '../../../src/backend/backend.ts';
import { factoriesOf, isAsyncSession, type SessionFactory } from '../../../src/backend/engines.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { whyOlder } from '../../../src/backend/older-releases.ts';
import { isTaken, renameCall } from '../../../src/backend/rename-call.ts';
import { appendArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit, Safety } from '../../../src/types.ts';

export default {
  title: 'Make the async sessions with async_sessionmaker',
  why: 'sessionmaker is the factory of synchronous sessions; without class_ it gives a Session that cannot use an async engine.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.async_sessionmaker',
  tasks: ['T013', 'T019', 'T021'],
  catalogue: ['py-sync-engine-under-asyncsession'],
  fixes: [
    /'Session' object does not support the asynchronous context manager protocol/,
    /AsyncContextNotStarted/,
  ],
  literals: ['sessionmaker'],
  detect(document, backend) {
    const wrong = factoriesOf(document).filter(
      (factory) =>
        !factory.writtenAsync &&
        factory.meantAsync &&
        factory.meant.via !== 'unbound' &&
        !worksInTest(document, factory) &&
        !worksOnBoth(document, factory, backend),
    );
    return wrong.map((factory) => draft(document, backend, factory));
  },
} satisfies Transform<'python'>;

const TO = { module: 'sqlalchemy.ext.asyncio', name: 'async_sessionmaker' };

function draft(document: PythonDocument, backend: Backend, factory: SessionFactory): Draft {
  const name = nameOf(factory.call);
  const base = { subject: name, at: document.place(factory.callee) };
  const message = `${name} makes sessions of an async engine.`;
  const { sessionClass } = factory;
  if (sessionClass && !isAsyncSession(document, sessionClass)) {
    const next = `Make the factory with async_sessionmaker and an async class instead of ${sessionClass.text}, or give it a synchronous engine.`;
    return { ...base, safety: 'report', message: `${message} ${sessionClass.text} is no async one.`, next };
  }
  if (whyOlder(backend, 'sqlalchemy', '2.0'))
    return { ...base, message, edits: asyncClass(document, factory, backend) };
  if (isTaken(document, factory.callee, TO.name)) {
    const next = `Import ${TO.name} from ${TO.module} under a name that is free here.`;
    return { ...base, safety: 'report', message: `${message} ${TO.name} is something else here.`, next };
  }
  const edits = [
    ...renameCall(document, factory.callee, TO),
    ...keywordClass(document, sessionClass),
    ...(backend.usesExec ? addedClass(document, factory, backend) : []),
  ];
  return { ...base, message, edits, ...(makesAsyncSessions(document, factory) && { safety: OPT_IN }) };
}

/** research/catalogue.md: no breakage, so that it is for those who ask for it. */
const OPT_IN: Safety = {
  unsafe:
    'nothing is broken: with class_=AsyncSession sessionmaker runs as well; the type of the factory changes',
};

/** What SQLAlchemy 1.4, which has no async_sessionmaker, and 2 both understand. */
function asyncClass(document: PythonDocument, factory: SessionFactory, backend: Backend): Edit[] {
  return [...keywordClass(document, factory.sessionClass), ...addedClass(document, factory, backend)];
}

/** `sessionmaker(engine, AsyncSession)` was SQLAlchemy 1.4's; since 2.0 both factories take it by name only. */
function keywordClass(document: PythonDocument, sessionClass: Node | undefined): Edit[] {
  if (sessionClass?.parent?.type !== 'argument_list') return [];
  const { file, start } = document.place(sessionClass);
  return [{ file, start, end: start, text: 'class_=' }];
}

/** `sessionmaker(engine, class_=AsyncSession)` runs; in a test that is enough. */
function worksInTest(document: PythonDocument, factory: SessionFactory): boolean {
  return isTest(document.path) && factory.sessionClass !== undefined;
}

/**
 * `sessionmaker(engine, class_=AsyncSession)` makes async sessions on SQLAlchemy 1.4 and on 2; async_sessionmaker is new in 2.0, so the
 * module would no longer be imported with the older version that the manifests admit.
 */
function worksOnBoth(document: PythonDocument, factory: SessionFactory, backend: Backend): boolean {
  return makesAsyncSessions(document, factory) && whyOlder(backend, 'sqlalchemy', '2.0') !== undefined;
}

function makesAsyncSessions(document: PythonDocument, { sessionClass }: SessionFactory): boolean {
  return sessionClass?.parent?.type === 'keyword_argument' && isAsyncSession(document, sessionClass);
}

function nameOf(call: Node): string {
  const left = call.parent?.type === 'assignment' ? call.parent.childForFieldName('left') : undefined;
  return left?.text ?? 'The factory';
}

/** Where `.exec` is used the sessions must be SQLModel's; async_sessionmaker alone makes SQLAlchemy's, sessionmaker synchronous ones. */
function addedClass(document: PythonDocument, factory: SessionFactory, backend: Backend): Edit[] {
  if (factory.sessionClass) return [];
  const module = backend.usesExec ? 'sqlmodel.ext.asyncio.session' : 'sqlalchemy.ext.asyncio';
  return [
    appendArgument(document, factory.call, 'class_=AsyncSession'),
    ...addImport(document, { module, name: 'AsyncSession' }),
  ];
}
