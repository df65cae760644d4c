import type { PythonDocument } from '../languages/python/document.ts';
import { addImport, fromImports, moduleOf } from '../languages/python/import-edits.ts';
import { dirname } from '../languages/python/modules.ts';
import type { Edit } from '../types.ts';

/** How `document` calls something of another module of the project, and the import that it needs for that. */
export function importFor(
  document: PythonDocument,
  owner: PythonDocument,
  name: string,
): { name: string; edits: Edit[] } {
  for (const [local, bindings] of document.scopes.module.bindings) {
    const [binding] = bindings;
    const origin = binding && document.exported(local);
    if (origin?.kind === 'local' && origin.document.path === owner.path && origin.binding.name === name)
      return { name: local, edits: [] };
  }
  return { name, edits: addImport(document, { module: moduleFor(document, owner), name }) };
}

/** The module path of `owner` as `document` writes such paths: relative where its other imports of the project are. */
export function moduleFor(document: PythonDocument, owner: PythonDocument): string {
  const ours = fromImports(document)
    .map(moduleOf)
    .filter((module) => document.modules.resolve(document.path, module).kind !== 'external');
  const relative = ours.length === 0 ? false : ours.some((module) => module.startsWith('.'));
  if (!relative) return absoluteFor(document, owner);
  const from = dirname(document.path).split('/').filter(Boolean);
  const to = owner.path.replace(/(\/__init__)?\.py$/, '').split('/');
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared++;
  return `${'.'.repeat(from.length - shared + 1)}${to.slice(shared).join('.')}`;
}

/** From the first folder on the path of `document` from which the import finds `owner`. */
function absoluteFor(document: PythonDocument, owner: PythonDocument): string {
  for (const root of document.modules.rootsFor(document.path)) {
    if (root !== '' && !owner.path.startsWith(`${root}/`)) continue;
    const name = document.modules.moduleName(owner.path, root);
    const target = document.modules.resolve(document.path, name);
    if (target.kind === 'project' && target.document.path === owner.path) return name;
  }
  return document.modules.moduleName(owner.path);
}
