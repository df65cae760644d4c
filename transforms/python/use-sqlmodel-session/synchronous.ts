import type { Backend } from '../../../src/backend/backend.ts';
import { factoriesOf, methodCalls } from '../../../src/backend/engines.ts';
import { importedBy } from '../../../src/backend/imported-by.ts';
import { type Kind, kindOf } from '../../../src/backend/kinds.ts';
import { appendArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport, moveImported } from '../../../src/languages/python/import-edits.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft } from '../../../src/transform.ts';

const TO = { module: 'sqlmodel', name: 'Session' };

/** Where `exec` is called on a synchronous session of SQLAlchemy: the session, and what made it. */
interface WrongExec {
  document: PythonDocument;
  made?: Kind['made'];
}

const known = new WeakMap<Backend, WrongExec[]>();

/** SQLAlchemy's synchronous sessions on which the code calls `exec`: their imports and their factories. */
export function synchronous(document: PythonDocument, backend: Backend): Draft[] {
  const wrong = known.get(backend) ?? wrongExecs(backend);
  known.set(backend, wrong);
  if (wrong.length === 0) return [];
  return [...imports(document, wrong), ...factories(document, wrong)];
}

function wrongExecs(backend: Backend): WrongExec[] {
  return backend.sources
    .filter(({ text }) => text.includes('.exec('))
    .flatMap((document) =>
      methodCalls(document, 'exec').flatMap(({ receiver }): WrongExec[] => {
        const kind = kindOf(backend, document, receiver);
        if (kind?.what !== 'session' || kind.flavour !== 'sqlalchemy' || kind.class) return [];
        return [{ document, ...(kind.made && { made: kind.made }) }];
      }),
    );
}

/** The import of `Session` where the session is annotated with it, or made by calling it. */
function imports(document: PythonDocument, wrong: readonly WrongExec[]): Draft[] {
  const isOurs = wrong.some(({ document: user, made }) => (made?.document ?? user).path === document.path);
  if (!isOurs) return [];
  const message = 'SQLAlchemy has a Session without exec.';
  const dotted = document.attributesNamed('Session').filter((node) => isTheirs(document, node));
  const [first] = dotted;
  const ofModule = first
    ? [
        {
          subject: 'Session',
          at: document.place(first),
          message,
          edits: [
            ...dotted.map((node) => ({ ...document.place(node), text: TO.name })),
            ...addImport(document, TO),
          ],
        },
      ]
    : [];
  const named = document.topBindings.filter(
    ({ kind, node }) => kind === 'from-import' && isTheirs(document, node),
  );
  const ofNames = named.flatMap((binding) => {
    const source = importedBy(document, binding);
    const edits = source ? moveImported(source.document, source.binding, TO.module, TO.name) : [];
    return [{ subject: 'Session', at: document.place(binding.node), message, edits }];
  });
  return [...ofModule, ...ofNames];
}

function isTheirs(document: PythonDocument, node: Node): boolean {
  return /^sqlalchemy\.orm\.(session\.)?Session$/.test(document.externalName(node) ?? '');
}

/** `sessionmaker(engine)` makes SQLAlchemy's sessions unless it is told otherwise. */
function factories(document: PythonDocument, wrong: readonly WrongExec[]): Draft[] {
  return factoriesOf(document)
    .filter(({ call, sessionClass, meantAsync }) => {
      const isMaker = wrong.some(
        ({ made }) => made?.document.path === document.path && made.node.id === call.id,
      );
      return isMaker && !sessionClass && !meantAsync;
    })
    .map(({ call }) => {
      const bound = scopeAt(document, call).find(TO.name);
      const isFree =
        bound === undefined ||
        bound.every(({ node }) => isTheirs(document, node) || isSqlmodels(document, node));
      return {
        subject: 'class_ of a synchronous factory',
        at: document.place(call),
        message: 'Without class_ the factory makes SQLAlchemy’s sessions, which have no exec.',
        edits: isFree
          ? [appendArgument(document, call, `class_=${TO.name}`), ...addImport(document, TO)]
          : [],
      };
    });
}

function isSqlmodels(document: PythonDocument, node: Node): boolean {
  return /^sqlmodel\.(orm\.session\.)?Session$/.test(document.externalName(node) ?? '');
}
