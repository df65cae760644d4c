import type { PythonDocument } from '../languages/python/document.ts';
import { dirname } from '../languages/python/modules.ts';
import { bindingOrigins } from '../languages/python/origin.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { descendants, type Node } from '../languages/python/tree.ts';

/** Every use of a name of `owner` in these documents, through imports and module attributes too; imports themselves left out. */
export function referencesAcross(
  documents: readonly PythonDocument[],
  owner: PythonDocument,
  binding: Binding,
): { document: PythonDocument; node: Node }[] {
  return documents.flatMap((document) => {
    if (!document.text.includes(binding.name)) return [];
    if (document.path !== owner.path && !reaches(document, owner)) return [];
    const nodes =
      document.path === owner.path
        ? ownReferences(document, binding)
        : outsideReferences(document, owner, binding);
    return nodes.map((node) => ({ document, node }));
  });
}

function ownReferences(document: PythonDocument, binding: Binding): Node[] {
  return document.scopes.references
    .filter(
      ({ name, scope }) =>
        name === binding.name && scope.find(name)?.some((each) => each.node.id === binding.node.id),
    )
    .map(({ node }) => node);
}

function outsideReferences(document: PythonDocument, owner: PythonDocument, binding: Binding): Node[] {
  const plain = document.scopes.references.map(({ node }) => node);
  const dotted = descendants(document.root, 'attribute').filter(
    (node) => node.childForFieldName('attribute')?.text === binding.name,
  );
  return [...plain, ...dotted].filter((node) => {
    const origin = document.origin(node);
    return (
      origin.kind === 'local' &&
      origin.document.path === owner.path &&
      origin.binding.node.id === binding.node.id
    );
  });
}

/** What a document's imports lead to: files, and folders below which anything may be reached by an attribute. */
interface Reach {
  files: Set<string>;
  folders: string[];
}

const known = new WeakMap<PythonDocument, Reach>();

/** False where no import of a document leads to that module: then none of its names is used there. */
function reaches(document: PythonDocument, owner: PythonDocument): boolean {
  if (document.scopes.stars.length > 0) return true;
  const reach = known.get(document) ?? reachOf(document);
  known.set(document, reach);
  return reach.files.has(owner.path) || reach.folders.some((folder) => owner.path.startsWith(`${folder}/`));
}

function reachOf(document: PythonDocument): Reach {
  const reach: Reach = { files: new Set(), folders: [] };
  for (const scope of [document.scopes.module, ...document.scopes.byNode.values()]) {
    for (const binding of [...scope.bindings.values()].flat()) {
      if (binding.kind !== 'import' && binding.kind !== 'from-import') continue;
      for (const origin of bindingOrigins(document, binding, 0)) {
        if (origin.kind === 'namespace') reach.folders.push(origin.folder);
        if (origin.kind !== 'local' && origin.kind !== 'module') continue;
        reach.files.add(origin.document.path);
        if (origin.kind === 'module' && origin.document.isPackage)
          reach.folders.push(dirname(origin.document.path));
      }
    }
  }
  return reach;
}
