import type { Backend } from '../../../src/backend/backend.ts';
import { factoriesOf, methodCalls } from '../../../src/backend/engines.ts';
import { meantName } from '../../../src/backend/names.ts';
import { appendArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport, moveImported } from '../../../src/languages/python/import-edits.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

const HOME = 'sqlmodel.ext.asyncio.session';

export default {
  title: 'Use the AsyncSession of SQLModel',
  why: 'Only SQLModel’s session has exec; SQLAlchemy’s raises AttributeError at the first query.',
  safety: 'safe',
  docs: 'https://sqlmodel.tiangolo.com/tutorial/select/',
  tasks: ['T012', 'T021'],
  fixes: [/'AsyncSession' object has no attribute 'exec'/],
  literals: ['AsyncSession', 'async_sessionmaker'],
  detect(document, backend) {
    if (!backend.requires('sqlmodel') || !execIsAwaited(backend)) return [];
    return [...imports(document), ...factories(document)];
  },
} satisfies Transform<'python'>;

/** `await session.exec(…)`: nothing else in this field is called exec and awaited. */
function execIsAwaited(backend: Backend): boolean {
  return backend.sources
    .filter(({ text }) => text.includes('.exec('))
    .some((document) => methodCalls(document, 'exec').some(({ call }) => call.parent?.type === 'await'));
}

/** SQLAlchemy's class where a factory makes the sessions, or where `exec` is called on one. */
function imports(document: PythonDocument): Draft[] {
  const concerned = factoriesOf(document).length > 0 || methodCalls(document, 'exec').length > 0;
  const bindings = document.scopes.module.bindings.get('AsyncSession') ?? [];
  return bindings.flatMap((binding): Draft[] => {
    const theirs =
      binding.imported === 'AsyncSession' &&
      /^sqlalchemy\./.test(binding.module ?? '') &&
      bindings.length === 1;
    if (!concerned || !theirs || binding.kind !== 'from-import') return [];
    const edits = moveImported(document, binding, HOME, 'AsyncSession');
    return [
      {
        subject: 'AsyncSession',
        at: document.place(binding.node),
        message: `${binding.module} has an AsyncSession without exec.`,
        edits,
      },
    ];
  });
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
