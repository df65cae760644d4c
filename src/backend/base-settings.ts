import type { PythonDocument } from '../languages/python/document.ts';
import type { Binding } from '../languages/python/scopes.ts';
import type { Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { importedBy } from './imported-by.ts';
import { bringsPydantic2 } from './package-version.ts';

/** Where pydantic 1 had BaseSettings; pydantic 2 raises PydanticImportError for the first and ImportError for the other. */
const OLD_HOMES = new Set(['pydantic.BaseSettings', 'pydantic.env_settings.BaseSettings']);

/** Uses of BaseSettings from pydantic itself: names that a from-import binds, and `pydantic.BaseSettings`. */
export interface OldBaseSettings {
  /** The import itself, which may stand in another module of the project. */
  imports: { document: PythonDocument; binding: Binding }[];
  attributes: Node[];
}

/** What a document takes from pydantic that pydantic 2 has no more. An import below `try` or `if` has its own way out. */
export function oldBaseSettings(document: PythonDocument, backend: Backend): OldBaseSettings {
  if (!document.text.includes('BaseSettings') || !bringsPydantic2(backend))
    return { imports: [], attributes: [] };
  const isOld = (node: Node) => OLD_HOMES.has(document.externalName(node) ?? '');
  const imports = document.topBindings
    .filter(({ kind, node, guards }) => kind === 'from-import' && guards.length === 0 && isOld(node))
    .flatMap((binding) => importedBy(document, binding) ?? [])
    .filter(({ binding }) => binding.guards.length === 0);
  return { imports, attributes: document.attributesNamed('BaseSettings').filter(isOld) };
}
