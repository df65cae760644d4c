import type { PythonDocument } from '../languages/python/document.ts';
import { lineEnd } from '../languages/python/layout.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { descendants, isDocstring, type Node, plainString } from '../languages/python/tree.ts';

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
  if (document.usesOf(binding).length > 0) return false;
  if (mentionedInStrings(document, binding.name) || looksInside(document)) return false;
  return !isTaken(others, document, binding.name) && !isNamedIn(others, document, binding.name);
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
  return descendants(document.root, 'string').some(
    (node) => !(node.parent && isDocstring(node.parent)) && word.test(node.text),
  );
}

const named = new WeakMap<readonly PythonDocument[], Map<string, Map<string, Set<string>>>>();

/** `patch("app.db.create_engine")`, `monkeypatch.setattr(db, "create_engine", …)` in another document. Looked up once a name. */
function isNamedIn(documents: readonly PythonDocument[], owner: PythonDocument, name: string): boolean {
  const byName = named.get(documents) ?? new Map<string, Map<string, Set<string>>>();
  named.set(documents, byName);
  const byModule = byName.get(name) ?? membersNamed(documents, name);
  byName.set(name, byModule);
  const module = owner.path.slice(owner.path.lastIndexOf('/') + 1).replace(/\.py$/, '');
  return [module, ANY].some((key) => [...(byModule.get(key) ?? [])].some((path) => path !== owner.path));
}

const ANY = '*';

/** Paths of the documents in which a string names the member, by the last part of the module that it is said to be of. */
function membersNamed(documents: readonly PythonDocument[], name: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const quoted = new RegExp(`${name}["']`);
  for (const document of documents) {
    if (!quoted.test(document.text)) continue;
    for (const node of descendants(document.root, 'string')) {
      const module = moduleOfMember(node, name);
      if (module !== undefined) found.set(module, (found.get(module) ?? new Set()).add(document.path));
    }
  }
  return found;
}

function moduleOfMember(node: Node, name: string): string | undefined {
  const text = node.text.includes(name) ? plainString(node) : undefined;
  if (text?.endsWith(`.${name}`))
    return text
      .slice(0, -name.length - 1)
      .split('.')
      .at(-1);
  if (text !== name) return undefined;
  const call = node.parent?.type === 'argument_list' ? node.parent.parent : undefined;
  const callee = call?.childForFieldName('function')?.text ?? '';
  return /(^|\.)((get|set|has|del)attr|object)$/.test(callee) ? ANY : undefined;
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
export function isTaken(documents: readonly PythonDocument[], owner: PythonDocument, name: string): boolean {
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
  const taken = document.bindings
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
