import type { PythonDocument } from '../languages/python/document.ts';
import type { Binding } from '../languages/python/scopes.ts';
import type { Node } from '../languages/python/tree.ts';
import { returnsOf } from './values.ts';

const APPLICATIONS = new Map([
  ['fastapi.FastAPI', 'fastapi'],
  ['fastapi.applications.FastAPI', 'fastapi'],
  ['starlette.applications.Starlette', 'starlette'],
  ['flask.Flask', 'flask'],
  ['flask.app.Flask', 'flask'],
]);

/** A module-level name that is an application, or a function that returns one. */
export interface Application {
  document: PythonDocument;
  name: string;
  factory: boolean;
  framework: string;
  /** The call of `FastAPI(…)`. */
  call: Node;
  callDocument: PythonDocument;
}

/** Every application that a module offers, variables first. */
export function applicationsOf(document: PythonDocument): Application[] {
  const found: Application[] = [];
  for (const [name, bindings] of document.scopes.module.bindings) {
    for (const binding of bindings) {
      const made = applicationBehind(document, binding);
      if (made) found.push({ document, name, factory: binding.kind === 'function', ...made });
    }
  }
  return found.sort((a, b) => Number(a.factory) - Number(b.factory));
}

/** The call that makes an application, wherever its name is used. */
export type Made = Pick<Application, 'framework' | 'call' | 'callDocument'>;

function applicationBehind(document: PythonDocument, binding: Binding): Made | undefined {
  if (binding.kind === 'assignment' && binding.value) return applicationFor(document, binding.value);
  if (binding.kind === 'function') return returnedApplication(document, binding.statement, 0);
  return undefined;
}

/** The application that an expression makes: a call of the class, of a function that returns one, or a name for it. */
export function applicationFor(document: PythonDocument, node: Node, hops = 0): Made | undefined {
  if (hops > 6) return undefined;
  if (node.type === 'call') return applicationOfCall(document, node, hops);
  if (node.type !== 'identifier' && node.type !== 'attribute') return undefined;
  const origin = document.origin(node);
  if (origin.kind !== 'local' || !origin.binding.value) return undefined;
  return applicationFor(origin.document, origin.binding.value, hops + 1);
}

function applicationOfCall(document: PythonDocument, call: Node, hops: number): Made | undefined {
  const callee = call.childForFieldName('function');
  const origin = callee ? document.origin(callee) : undefined;
  const framework = origin?.kind === 'external' ? APPLICATIONS.get(origin.name) : undefined;
  if (framework) return { framework, call, callDocument: document };
  if (origin?.kind !== 'local' || origin.binding.kind !== 'function') return undefined;
  return returnedApplication(origin.document, origin.binding.statement, hops + 1);
}

function returnedApplication(document: PythonDocument, definition: Node, hops: number): Made | undefined {
  for (const value of returnsOf(definition)) {
    const made = applicationFor(document, value, hops + 1);
    if (made) return made;
  }
  return undefined;
}

/** `fastapi`, `starlette` or `flask` where an expression is an application: made in sight, or a parameter that is annotated as one. */
export function frameworkOf(document: PythonDocument, node: Node): string | undefined {
  const made = applicationFor(document, node);
  if (made) return made.framework;
  const origin = node.type === 'identifier' ? document.origin(node) : undefined;
  const annotation =
    origin?.kind === 'local' && origin.binding.kind === 'parameter' ? origin.binding.annotation : undefined;
  const named = annotation?.namedChildren[0];
  return named && origin?.kind === 'local'
    ? APPLICATIONS.get(origin.document.externalName(named) ?? '')
    : undefined;
}

/** `@asynccontextmanager async def lifespan(app)`: the function that an application's `lifespan=` names. */
export function lifespanOf(application: Made): { document: PythonDocument; definition: Node } | undefined {
  const list = application.call.childForFieldName('arguments');
  const argument = list?.namedChildren.find(
    (each) => each?.type === 'keyword_argument' && each.childForFieldName('name')?.text === 'lifespan',
  );
  const value = argument?.childForFieldName('value');
  const origin = value ? application.callDocument.origin(value) : undefined;
  if (origin?.kind !== 'local' || origin.binding.kind !== 'function') return undefined;
  return { document: origin.document, definition: origin.binding.statement };
}

/** The `if __name__ == "__main__":` call of `uvicorn.run`, wherever it stands. */
export function uvicornRuns(document: PythonDocument): Node[] {
  return document.calls.filter((call) => {
    const callee = call.childForFieldName('function');
    return callee !== null && document.externalName(callee) === 'uvicorn.run';
  });
}
