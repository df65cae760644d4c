import type { PythonDocument } from '../languages/python/document.ts';
import { lineEnd } from '../languages/python/layout.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { descendants, type Node, plainString } from '../languages/python/tree.ts';

/**
 * True where nothing uses an imported name: not this file, not its strings (annotations may be strings), not `__all__`, and no
 * other module that imports it from here. `__init__.py`, `# noqa` and `import a as a` mean that it is kept on purpose.
 */
export function isUnusedImport(
  document: PythonDocument,
  binding: Binding,
  others: readonly PythonDocument[],
): boolean {
  if (document.isPackage || isKept(document, binding)) return false;
  if (referencesOf(document, binding).length > 0) return false;
  if (mentionedInStrings(document, binding.name) || looksInside(document)) return false;
  return !isTaken(others, document, binding.name) && !isNamedIn(others, document, binding.name);
}

/** Every use of a binding in its own file. */
export function referencesOf(document: PythonDocument, binding: Binding) {
  return document
    .referencesNamed(binding.name)
    .filter(({ name, scope }) => scope.find(name)?.some((found) => found.node.id === binding.node.id));
}

function isKept(document: PythonDocument, binding: Binding): boolean {
  const line = document.text.slice(
    binding.statement.startIndex,
    lineEnd(document.text, binding.statement.endIndex),
  );
  const sameName = binding.node.parent?.type === 'aliased_import' && binding.imported === binding.name;
  return sameName || /#\s*(noqa|pylint:\s*disable|type:\s*ignore|isort:\s*skip|ruff:)/i.test(line);
}

function mentionedInStrings(document: PythonDocument, name: string): boolean {
  const word = new RegExp(`\\b${name}\\b`);
  return descendants(document.root, 'string').some((node) => !isDocstring(node) && word.test(node.text));
}

function isDocstring(node: { parent: { type: string } | null }): boolean {
  return node.parent?.type === 'expression_statement';
}

/** `patch("app.db.create_engine")`, `monkeypatch.setattr(db, "create_engine", …)` in another document. */
function isNamedIn(documents: readonly PythonDocument[], owner: PythonDocument, name: string): boolean {
  const module = owner.path.slice(owner.path.lastIndexOf('/') + 1).replace(/\.py$/, '');
  return documents.some(
    (document) =>
      document.path !== owner.path &&
      document.text.includes(name) &&
      descendants(document.root, 'string').some((node) => namesMember(node, module, name)),
  );
}

function namesMember(node: Node, module: string, name: string): boolean {
  const text = node.text.includes(name) ? plainString(node) : undefined;
  if (text !== name) return text === `${module}.${name}` || (text?.endsWith(`.${module}.${name}`) ?? false);
  const call = node.parent?.type === 'argument_list' ? node.parent.parent : undefined;
  return /(^|\.)((get|set|has|del)attr|object)$/.test(call?.childForFieldName('function')?.text ?? '');
}

/** `globals()`, `exec` and the like may use any name. */
function looksInside(document: PythonDocument): boolean {
  return document.scopes.references.some(
    ({ name, node }) =>
      /^(globals|locals|vars|exec|eval)$/.test(name) && document.origin(node).kind === 'builtin',
  );
}

const takers = new WeakMap<readonly PythonDocument[], Map<string, Map<string, Set<string>>>>();

/** True where another of these documents takes a name out of `owner`. Looked up once a name, for every owner together. */
function isTaken(documents: readonly PythonDocument[], owner: PythonDocument, name: string): boolean {
  const byName = takers.get(documents) ?? new Map<string, Map<string, Set<string>>>();
  takers.set(documents, byName);
  const byOwner = byName.get(name) ?? takersOf(documents, name);
  byName.set(name, byOwner);
  return [...(byOwner.get(owner.path) ?? [])].some((path) => path !== owner.path);
}

/** Paths of the documents that take a name, by the path of the module that they take it from. */
function takersOf(documents: readonly PythonDocument[], name: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const document of documents) {
    if (!document.text.includes(name) && !document.text.includes('import *')) continue;
    for (const owner of [...importsOf(document, name), ...attributesOf(document, name)])
      found.set(owner, (found.get(owner) ?? new Set()).add(document.path));
  }
  return found;
}

/** Paths of the modules from which a document imports a name, or everything. */
function importsOf(document: PythonDocument, name: string): string[] {
  const scopes = [document.scopes.module, ...document.scopes.byNode.values()];
  const taken = scopes
    .flatMap((scope) => [...scope.bindings.values()].flat())
    .filter(({ kind, imported }) => kind === 'from-import' && imported === name)
    .map(({ module }) => module ?? '');
  return [...taken, ...document.scopes.stars.map(({ module }) => module)].flatMap((module) => {
    const target = document.modules.resolve(document.path, module);
    return target.kind === 'project' ? [target.document.path] : [];
  });
}

/** Paths of the modules of which a document uses the name as an attribute. */
function attributesOf(document: PythonDocument, name: string): string[] {
  if (!document.text.includes(`.${name}`)) return [];
  return document.attributesNamed(name).flatMap((node) => {
    const object = node.childForFieldName('object');
    const origin = object ? document.origin(object) : undefined;
    return origin?.kind === 'module' ? [origin.document.path] : [];
  });
}
