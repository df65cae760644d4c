import type { PythonDocument } from '../languages/python/document.ts';
import type { Binding } from '../languages/python/scopes.ts';
import type { Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { mayRunWith } from './code-releases.ts';
import { OLD_BASE_SETTINGS } from './gone-names.ts';
import { importedBy } from './imported-by.ts';

/** Uses of BaseSettings from pydantic itself: names that a from-import binds, and `pydantic.BaseSettings`. */
export interface OldBaseSettings {
  /** The import itself, which may stand in another module of the project. */
  imports: { document: PythonDocument; binding: Binding }[];
  attributes: Node[];
}

/** What a document takes from pydantic that pydantic 2 has no more. An import below `try` or `if` has its own way out. */
export function oldBaseSettings(document: PythonDocument, backend: Backend): OldBaseSettings {
  if (!document.text.includes('BaseSettings') || !mayRunWith(backend, document.path, { pydantic: '2' }))
    return { imports: [], attributes: [] };
  const isOld = (node: Node) => OLD_BASE_SETTINGS.has(document.externalName(node) ?? '');
  const imports = document.topBindings
    .filter(({ kind, node, guards }) => kind === 'from-import' && guards.length === 0 && isOld(node))
    .flatMap((binding) => importedBy(document, binding) ?? [])
    .filter(({ binding }) => binding.guards.length === 0);
  return { imports, attributes: document.attributesNamed('BaseSettings').filter(isOld) };
}
