import { positional } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { originsOf } from '../languages/python/origin.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { descendants, encloses, enclosing, type Node, plainString } from '../languages/python/tree.ts';
import { normaliseName } from '../settings/requirement.ts';
import type { Backend } from './backend.ts';
import { isForTypesOnly } from './import-reach.ts';

/** From the test of an `if` over the function that it calls to the constant that this one reads. */
const MOST_HOPS = 2;

/** True where code runs only with some versions of a package: an `if` around it asks which one there is. */
export function isForSomeVersions(document: PythonDocument, node: Node, name: string): boolean {
  return testsAround(node).some((test) => readsVersion(document, test, name));
}

/** True where every import of a module stands under such an `if`. Nobody says who loads a module that is imported nowhere. */
export function isLoadedForSomeVersions(backend: Backend, module: PythonDocument, name: string): boolean {
  return everyImport(backend, module, (document, statement) => isForSomeVersions(document, statement, name));
}

/** True where every import of a module stands in a function, or under an `if` or a `try`, whatever is asked or caught there. */
export function isLoadedOnCondition(backend: Backend, module: PythonDocument): boolean {
  return everyImport(
    backend,
    module,
    (_, statement) =>
      enclosing(statement, 'function_definition', 'if_statement', 'try_statement') !== undefined,
  );
}

function everyImport(
  backend: Backend,
  module: PythonDocument,
  isMeant: (document: PythonDocument, statement: Node) => boolean,
): boolean {
  if (module.isPackage) return false;
  const known = imported.get(backend) ?? new Map<string, Imported[]>();
  imported.set(backend, known);
  const imports = known.get(module.path) ?? findImports(backend, module);
  known.set(module.path, imports);
  return imports.length > 0 && imports.every(({ document, statement }) => isMeant(document, statement));
}

interface Imported {
  document: PythonDocument;
  statement: Node;
}

/** By the path of a module, since this is asked for each place that something is found at. */
const imported = new WeakMap<Backend, Map<string, Imported[]>>();

function findImports(backend: Backend, module: PythonDocument): Imported[] {
  const name = module.path.slice(module.path.lastIndexOf('/') + 1, -'.py'.length);
  return backend.documents
    .filter(({ text }) => text.includes(name))
    .flatMap((document) => importsOf(document, module).map((statement) => ({ document, statement })));
}

/** The tests of every `if`, `elif` and `a if test else b` that a node stands under. */
function testsAround(node: Node): Node[] {
  const found: Node[] = [];
  for (let at = node.parent; at; at = at.parent) {
    const test = testOf(at);
    if (test && !encloses(test, node)) found.push(test);
  }
  return found;
}

function testOf(node: Node): Node | null | undefined {
  // The grammar names none of the three parts of `a if test else b`.
  if (node.type === 'conditional_expression') return node.namedChildren[1];
  return /^(if_statement|elif_clause)$/.test(node.type) ? node.childForFieldName('condition') : undefined;
}

/** `version("flask-sqlalchemy")` or `flask_sqlalchemy.__version__`, also in the function or variable that a name stands for. */
function readsVersion(document: PythonDocument, node: Node, name: string, hops = 0): boolean {
  if (hops > MOST_HOPS) return false;
  if (descendants(node, 'call').some((call) => asksVersion(call, name))) return true;
  const attribute = `${name.replaceAll('-', '_')}.__version__`;
  return descendants(node, ['attribute', 'identifier'])
    .flatMap((each) => originsOf(document, each))
    .some((origin) => {
      if (origin.kind === 'external') return origin.name === attribute;
      if (origin.kind !== 'local') return false;
      const { kind, statement, value } = origin.binding;
      const meant = kind === 'function' ? statement : value;
      return meant !== undefined && readsVersion(origin.document, meant, name, hops + 1);
    });
}

/** `importlib.metadata.version("…")`, or a function of pkg_resources or of the backport, under whichever name. */
function asksVersion(call: Node, name: string): boolean {
  const callee = call.childForFieldName('function');
  const called = callee?.childForFieldName('attribute')?.text ?? callee?.text ?? '';
  const [first] = positional(call);
  const given = first && plainString(first);
  return (
    /^(version|distribution|get_distribution)$/.test(called) &&
    given !== undefined &&
    normaliseName(given) === name
  );
}

/** The statements of a document that import a module when it runs. */
function importsOf(document: PythonDocument, module: PythonDocument): Node[] {
  const named = document.bindings.filter(
    (binding) => modulesOf(document, binding).includes(module.path) && !isForTypesOnly(binding),
  );
  const starred = document.scopes.stars.filter((star) => pathOf(document, star.module) === module.path);
  return [...named, ...starred].map(({ statement }) => statement);
}

/** `from app import models` may mean the module app or the module app.models. */
function modulesOf(document: PythonDocument, { kind, module, imported }: Binding): (string | undefined)[] {
  if (module === undefined || !/import$/.test(kind)) return [];
  const inner = imported && `${module.replace(/\.$/, '')}.${imported}`;
  return [pathOf(document, module), inner && pathOf(document, inner)];
}

function pathOf(document: PythonDocument, module: string): string | undefined {
  const target = document.modules.resolve(document.path, module);
  return target.kind === 'project' ? target.document.path : undefined;
}
