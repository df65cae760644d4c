import type { Backend } from '../../../src/backend/backend.ts';
import { isAsyncSession } from '../../../src/backend/engines.ts';
import { importFor } from '../../../src/backend/import-for.ts';
import { type Parameter, parametersOf, routesOf } from '../../../src/backend/routes.ts';
import { isSyncSession, type SessionFunction, sessionFunctionsOf } from '../../../src/backend/sessions.ts';
import { decoratorsOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Let the route depend on the session',
  why: 'Without Depends, FastAPI takes the session for a part of the request, and the server does not start.',
  safety: { unsafe: 'the route gets the session of the dependency that is named, which nobody has said' },
  docs: 'https://fastapi.tiangolo.com/tutorial/sql-databases/#create-a-session-dependency',
  catalogue: ['py-depends-misuse'],
  fixes: [
    /Invalid args for response field! Hint: check that <class '(sqlalchemy|sqlmodel)[\w.]*\.(Async)?Session'>/,
  ],
  literals: ['Session'],
  detect(document, backend) {
    return routesOf(document).flatMap(({ definition }) => {
      const parameters = parametersOf(definition);
      return parameters.flatMap((parameter, at) => {
        if (!parameter.annotation || parameter.value || !isSession(document, parameter.annotation)) return [];
        return [draft(document, backend, definition, parameter, parameters.slice(at + 1))];
      });
    });
  },
} satisfies Transform<'python'>;

function isSession(document: PythonDocument, annotation: Node): boolean {
  return isSyncSession(document, annotation) || isAsyncSession(document, annotation);
}

function draft(
  document: PythonDocument,
  backend: Backend,
  route: Node,
  parameter: Parameter,
  behind: Parameter[],
): Draft {
  const { annotation, node, name } = parameter;
  const wantsAsync = annotation !== undefined && isAsyncSession(document, annotation);
  const fitting = dependenciesOf(backend).filter((each) => each.async === wantsAsync);
  const [only, other] = fitting;
  const function_ = route.childForFieldName('name')?.text ?? '';
  const base = {
    subject: `${function_} ${name}`,
    at: document.place(node),
    message: `${function_} takes ${name}: ${annotation?.text} without Depends, so FastAPI looks for it in the request.`,
  };
  if (!only || other || !annotation) {
    const names = fitting.map((each) => `${each.name} of ${each.document.path}`).join(', ');
    return {
      ...base,
      safety: 'report',
      next: `Write ${name}: ${annotation?.text} = Depends(…) with the function that yields the session${names && ` (${names})`}.`,
    };
  }
  return { ...base, edits: editsFor(document, only, parameter, annotation, behind) };
}

/** Functions of this backend that yield a session and that Depends can be given. */
function dependenciesOf(backend: Backend): SessionFunction[] {
  return backend.sources
    .flatMap(sessionFunctionsOf)
    .filter(({ definition }) => decoratorsOf(definition).length === 0)
    .filter(({ definition }) => parametersOf(definition).every(({ value }) => value !== undefined));
}

/** `= Depends(get_session)`, or `Annotated[…]` where a parameter without a default follows. */
function editsFor(
  document: PythonDocument,
  dependency: SessionFunction,
  { node }: Parameter,
  annotation: Node,
  behind: Parameter[],
): Edit[] {
  const named = importFor(document, dependency.document, dependency.name);
  const imports = [...named.edits, ...addImport(document, { module: 'fastapi', name: 'Depends' })];
  if (behind.every(({ value }) => value !== undefined)) {
    const end = node.endIndex;
    return [{ file: document.path, start: end, end, text: ` = Depends(${named.name})` }, ...imports];
  }
  const text = `Annotated[${annotation.text}, Depends(${named.name})]`;
  return [
    { ...document.place(annotation), text },
    ...imports,
    ...addImport(document, { module: 'typing', name: 'Annotated' }),
  ];
}
