import type { Backend } from '../../../src/backend/backend.ts';
import { factoriesOf } from '../../../src/backend/engines.ts';
import { importedBy } from '../../../src/backend/imported-by.ts';
import { meantName } from '../../../src/backend/names.ts';
import { execCalls } from '../../../src/backend/sessions.ts';
import { appendArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport, moveImported } from '../../../src/languages/python/import-edits.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import { synchronous } from './synchronous.ts';

const HOME = 'sqlmodel.ext.asyncio.session';

export default {
  title: 'Use the session of SQLModel',
  why: 'Only SQLModel’s sessions have exec; SQLAlchemy’s raise AttributeError at the first query.',
  safety: 'safe',
  docs: 'https://sqlmodel.tiangolo.com/tutorial/select/',
  tasks: ['T012', 'T021'],
  catalogue: ['py-session-exec-on-sa-session'],
  fixes: [/'(Async)?Session' object has no attribute 'exec'/],
  literals: ['Session', 'sessionmaker'],
  detect(document, backend) {
    if (!backend.requires('sqlmodel')) return [];
    const later = execIsAwaited(backend) ? [...imports(document, backend), ...factories(document)] : [];
    return [...later, ...synchronous(document, backend)];
  },
} satisfies Transform<'python'>;

/** `await session.exec(…)`. */
function execIsAwaited(backend: Backend): boolean {
  return backend.sources.some((document) =>
    execCalls(document, backend).some(({ call }) => call.parent?.type === 'await'),
  );
}

/** SQLAlchemy's class where a factory makes the sessions, or where `exec` is called on one. */
function imports(document: PythonDocument, backend: Backend): Draft[] {
  if (factoriesOf(document).length === 0 && execCalls(document, backend).length === 0) return [];
  const theirs = (node: Node) =>
    meantName(document, node)?.name === 'AsyncSession' &&
    /^sqlalchemy\.(\w+\.)*AsyncSession$/.test(document.externalName(node) ?? '');
  const message = 'SQLAlchemy has an AsyncSession without exec.';
  const attributes = document.attributes.filter(theirs);
  const [first] = attributes;
  const dotted = attributes.map((node) => ({ ...document.place(node), text: 'AsyncSession' }));
  const added = addImport(document, { module: HOME, name: 'AsyncSession' });
  const ofModule = first
    ? [{ subject: 'AsyncSession', at: document.place(first), message, edits: [...dotted, ...added] }]
    : [];
  const named = document.topBindings.filter(({ kind, node }) => kind === 'from-import' && theirs(node));
  const ofNames = named.flatMap((binding) => {
    const source = importedBy(document, binding);
    const edits = source ? moveImported(source.document, source.binding, HOME, 'AsyncSession') : [];
    return [{ subject: 'AsyncSession', at: document.place(binding.node), message, edits }];
  });
  return [...ofModule, ...ofNames];
}

/** `async_sessionmaker(engine)` makes SQLAlchemy's sessions unless it is told otherwise. */
function factories(document: PythonDocument): Draft[] {
  return factoriesOf(document)
    .filter((factory) => factory.writtenAsync && factory.sessionClass === undefined)
    .map((factory) => {
      const bound = document.scopes.module.find('AsyncSession');
      const ours =
        bound === undefined ||
        bound.every((binding) => meantName(document, binding.node) !== undefined || binding.module === HOME);
      return {
        subject: 'class_',
        at: document.place(factory.call),
        message: 'Without class_ the factory makes SQLAlchemy’s sessions, which have no exec.',
        edits: ours
          ? [
              appendArgument(document, factory.call, 'class_=AsyncSession'),
              ...addImport(document, { module: HOME, name: 'AsyncSession' }),
            ]
          : [],
      };
    });
}
