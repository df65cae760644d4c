import { alembicEnvironments } from '../../../src/backend/alembic.ts';
import { lifespanOf } from '../../../src/backend/applications.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { importFor } from '../../../src/backend/import-for.ts';
import { type SetupFunction, setupFunctions } from '../../../src/backend/setup-functions.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { indentAt } from '../../../src/languages/python/layout.ts';
import { children, descendants, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit, Safety } from '../../../src/types.ts';

export default {
  title: 'Call the set-up of the database in the lifespan',
  why: 'The function is there and nothing calls it: the tables are never made, or the connections never closed.',
  safety: 'safe',
  docs: 'https://fastapi.tiangolo.com/advanced/events/#lifespan',
  tasks: ['T026', 'T029'],
  fixes: [/relation "\w+" does not exist/, /no such table/],
  literals: ['FastAPI', 'Starlette', 'lifespan'],
  detect(document, backend) {
    const application = backend.application;
    const lifespan = application && lifespanOf(application);
    if (!lifespan || lifespan.document.path !== document.path) return [];
    const missing = setupFunctions(backend).filter((each) => each.uses === 0);
    return missing.flatMap((each) => draft(document, backend, lifespan.definition, each) ?? []);
  },
} satisfies Transform<'python'>;

function draft(
  document: PythonDocument,
  backend: Backend,
  lifespan: Node,
  setup: SetupFunction,
): Draft | undefined {
  const migrated = setup.role === 'init' && alembicEnvironments(backend).length > 0;
  const rivals = setupFunctions(backend).filter((each) => each.role === setup.role);
  const statement = yieldOf(lifespan);
  if (migrated || rivals.length > 1 || !statement || doesItItself(lifespan, setup)) return undefined;
  const imported = importFor(document, setup.document, setup.binding.name);
  const call = `${setup.async ? 'await ' : ''}${imported.name}()`;
  const safety: Safety = imported.edits.length === 0 ? 'safe' : { unsafe: unsafeReason(setup) };
  return {
    subject: setup.binding.name,
    at: document.place(statement),
    message: `${setup.binding.name} of ${setup.document.path} is called nowhere.`,
    edits: [
      ...imported.edits,
      setup.role === 'init' ? before(document, statement, call) : after(document, statement, call),
    ],
    safety,
  };
}

function unsafeReason(setup: SetupFunction): string {
  return setup.role === 'init'
    ? 'the tables that are missing will be made at the start'
    : 'the connections will be closed at the end';
}

/** The one `yield` of the function that stands as a statement. */
function yieldOf(lifespan: Node): Node | undefined {
  const found = descendants(lifespan, 'yield').filter(
    (node) => enclosing(node, 'function_definition')?.id === lifespan.id,
  );
  const statement = found[0]?.parent;
  return found.length === 1 && statement?.type === 'expression_statement' ? statement : undefined;
}

function doesItItself(lifespan: Node, setup: SetupFunction): boolean {
  const word = setup.role === 'init' ? 'create_all' : 'dispose';
  return descendants(lifespan, 'attribute').some(
    (node) => node.childForFieldName('attribute')?.text === word,
  );
}

function before(document: PythonDocument, statement: Node, call: string): Edit {
  const at = statement.startIndex;
  return {
    file: document.path,
    start: at,
    end: at,
    text: `${call}${lineEnding(document.text)}${indentAt(document.text, at)}`,
  };
}

/** Behind the yield, or first in the `finally` that follows it. */
function after(document: PythonDocument, statement: Node, call: string): Edit {
  const trial = statement.parent?.parent?.type === 'try_statement' ? statement.parent.parent : undefined;
  const last = trial && children(trial).find((each) => each.type === 'finally_clause');
  const first = last && children(children(last).at(-1) ?? last)[0];
  if (first) return before(document, first, call);
  const at = statement.endIndex;
  return {
    file: document.path,
    start: at,
    end: at,
    text: `${lineEnding(document.text)}${indentAt(document.text, statement.startIndex)}${call}`,
  };
}
