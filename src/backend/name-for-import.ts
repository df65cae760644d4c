import type { PythonDocument } from '../languages/python/document.ts';
import { addImport } from '../languages/python/import-edits.ts';
import { scopeAt } from '../languages/python/origin.ts';
import type { Binding } from '../languages/python/scope.ts';
import { encloses, type Node } from '../languages/python/tree.ts';
import type { Edit } from '../types.ts';
import { sqlalchemyName } from './sqlalchemy-names.ts';

/**
 * How a name of SQLAlchemy is written at a node: as it is imported there already, through a module that is imported, or after
 * an import that is added. Where the name means something else in the file, the import gets the other name.
 */
export function nameAt(
  document: PythonDocument,
  node: Node,
  wanted: { module: string; name: string; otherwise: string },
): { text: string; edits: Edit[] } {
  const scope = scopeAt(document, node);
  const { name, module } = wanted;
  for (const [local, bindings] of document.scopes.module.bindings) {
    const [binding] = bindings;
    if (!binding || bindings.length > 1 || scope.find(local)?.[0]?.node.id !== binding.node.id) continue;
    const origin = document.exported(local);
    if (origin.kind !== 'external') continue;
    if (binding.kind === 'from-import' && origin.name === `${module}.${name}`)
      return { text: local, edits: [] };
    if (binding.kind === 'from-import' && sqlalchemyName(document, binding.node) === name)
      return { text: local, edits: [] };
    if (binding.kind === 'import' && origin.name === module && binding.statement.parent?.type === 'module')
      return { text: `${local}.${name}`, edits: [] };
  }
  const local = moduleInFunction(document, node, module);
  if (local) return { text: `${local}.${name}`, edits: [] };
  const free = (local: string) => isFree(document, local);
  if (free(name)) return { text: name, edits: addImport(document, { module, name }) };
  const alias = wanted.otherwise;
  return { text: alias, edits: addImport(document, { module, name, alias }) };
}

/**
 * The name that a function around a node has imported the module by, above it. A file that does so may be loaded where the package is
 * not installed, so that an import at its top would break it.
 */
function moduleInFunction(document: PythonDocument, node: Node, module: string): string | undefined {
  const scope = scopeAt(document, node);
  return document.bindings.find(
    (binding) =>
      binding.kind === 'import' &&
      binding.module === module &&
      binding.node.endIndex < node.startIndex &&
      scope.find(binding.name)?.every((each) => each === binding || isNone(each)) &&
      binding.statement.parent !== null &&
      encloses(binding.statement.parent, node),
  )?.name;
}

/** `sa = None`, for where the import failed. */
function isNone({ node }: Binding): boolean {
  const { parent } = node;
  return parent?.type === 'assignment' && parent.childForFieldName('right')?.type === 'none';
}

/** True where nothing of the file has the name, in whichever scope. */
function isFree(document: PythonDocument, name: string): boolean {
  return (
    document.referencesNamed(name).length === 0 && document.bindings.every((binding) => binding.name !== name)
  );
}

/** True where a file imports the package in functions or below `try` alone: it is loaded without it too, so that an import at its top breaks that. */
export function isOptional(document: PythonDocument, name: string): boolean {
  const all = document.bindings.filter(({ module }) => module === name || module?.startsWith(`${name}.`));
  return all.length > 0 && all.every(({ scope, guards }) => scope.kind !== 'module' || guards.length > 0);
}
