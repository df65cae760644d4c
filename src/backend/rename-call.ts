import type { PythonDocument } from '../languages/python/document.ts';
import { addImport, moveImported, removeImported } from '../languages/python/import-edits.ts';
import { scopeAt } from '../languages/python/origin.ts';
import type { Node } from '../languages/python/tree.ts';
import type { Edit } from '../types.ts';
import { meantName } from './names.ts';

/**
 * Makes a call use another function: the name at the call, its import, and annotations that say the same name. The old import goes
 * where nothing else needs it; an alias stays the alias.
 */
export function renameCall(
  document: PythonDocument,
  callee: Node,
  to: { module: string; name: string },
): Edit[] {
  const call = { ...document.place(callee), text: to.name };
  const added = addImport(document, to);
  const binding = callee.type === 'identifier' ? document.scopes.module.find(callee.text)?.[0] : undefined;
  if (binding?.kind !== 'from-import') return [call, ...added];
  const others = document.usesOf(binding).filter(({ node }) => node.id !== callee.id);
  const onlyAnnotations = others.every(({ node }) => /^(type|generic_type)$/.test(node.parent?.type ?? ''));
  if (!onlyAnnotations) return [call, ...added];
  if (binding.name !== binding.imported) return moveImported(document, binding, to.module, to.name);
  const annotations = others.map(({ node }) => ({ ...document.place(node), text: to.name }));
  return [call, ...annotations, ...removeImported(document, binding), ...added];
}

/** True where the name means something else at the call, so that the new import could not be called by it. */
export function isTaken(document: PythonDocument, callee: Node, name: string): boolean {
  const bound = scopeAt(document, callee).find(name);
  return bound?.some((binding) => meantName(document, binding.node)?.name !== name) ?? false;
}
