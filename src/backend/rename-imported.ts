import type { PythonDocument } from '../languages/python/document.ts';
import { addImport, moveImported, removeImported } from '../languages/python/import-edits.ts';
import { scopeAt } from '../languages/python/origin.ts';
import type { Binding } from '../languages/python/scopes.ts';
import type { Edit } from '../types.ts';
import type { Backend } from './backend.ts';
import { isTaken } from './unused.ts';

/**
 * Imports what a name is called now, and calls it that in this file. The old name stays as an alias where the import has
 * one, where the new name means something else at a use, and where another module or a string takes the old name from here.
 */
export function renameImported(
  document: PythonDocument,
  backend: Backend,
  binding: Binding,
  to: { module: string; name: string },
): Edit[] {
  const uses = document.usesOf(binding);
  const aliased = binding.name !== binding.imported;
  const taken =
    isTaken(backend.documents, document, binding.name) ||
    uses.some(({ node }) => !meansTheSame(document, scopeAt(document, node).find(to.name), to)) ||
    !meansTheSame(document, binding.scope.find(to.name), to);
  if (aliased || taken || binding.statement.parent?.type !== 'module')
    return moveImported(document, binding, to.module, to.name);
  const renamed = uses.map(({ node }) => ({ ...document.place(node), text: to.name }));
  return [...renamed, ...importEdits(document, binding, to)];
}

function importEdits(
  document: PythonDocument,
  binding: Binding,
  to: { module: string; name: string },
): Edit[] {
  if (document.scopes.module.find(to.name)) return removeImported(document, binding);
  if (binding.module === to.module) return [{ ...document.place(binding.node), text: to.name }];
  return [...removeImported(document, binding), ...addImport(document, to)];
}

/** True where the name is free, or is bound to just that import already. */
function meansTheSame(
  document: PythonDocument,
  bound: Binding[] | undefined,
  to: { module: string; name: string },
): boolean {
  return (bound ?? []).every(
    ({ kind, name }) =>
      kind === 'from-import' && document.exported(name).kind === 'external' && isIt(document, name, to),
  );
}

function isIt(document: PythonDocument, name: string, to: { module: string; name: string }): boolean {
  const origin = document.exported(name);
  return origin.kind === 'external' && origin.name === `${to.module}.${to.name}`;
}
