import type { PythonDocument } from '../languages/python/document.ts';
import { lineEnd } from '../languages/python/layout.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { descendants } from '../languages/python/tree.ts';

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
  return !others.some((other) => other.path !== document.path && takesFrom(other, document, binding.name));
}

/** Every use of a binding in its own file. */
export function referencesOf(document: PythonDocument, binding: Binding) {
  return document.scopes.references.filter(
    (reference) =>
      reference.name === binding.name &&
      reference.scope.find(reference.name)?.some((found) => found.node.id === binding.node.id),
  );
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

/** `globals()`, `exec` and the like may use any name. */
function looksInside(document: PythonDocument): boolean {
  return document.scopes.references.some(
    ({ name, node }) =>
      /^(globals|locals|vars|exec|eval)$/.test(name) && document.origin(node).kind === 'builtin',
  );
}

function takesFrom(other: PythonDocument, owner: PythonDocument, name: string): boolean {
  if (!other.text.includes(name) && !other.text.includes('import *')) return false;
  const means = (module: string) => {
    const target = other.modules.resolve(other.path, module);
    return target.kind === 'project' && target.document.path === owner.path;
  };
  if (other.scopes.stars.some((star) => means(star.module))) return true;
  const imports = [
    ...other.scopes.module.bindings.values(),
    ...[...other.scopes.byNode.values()].flatMap((scope) => [...scope.bindings.values()]),
  ].flat();
  if (
    imports.some((each) => each.kind === 'from-import' && each.imported === name && means(each.module ?? ''))
  )
    return true;
  return other.text.includes(`.${name}`) && attributeOf(other, owner, name);
}

function attributeOf(other: PythonDocument, owner: PythonDocument, name: string): boolean {
  return descendants(other.root, 'attribute').some((node) => {
    const object = node.childForFieldName('object');
    if (!object || node.childForFieldName('attribute')?.text !== name) return false;
    const origin = other.origin(object);
    return origin.kind === 'module' && origin.document.path === owner.path;
  });
}
