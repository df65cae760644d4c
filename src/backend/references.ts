import type { PythonDocument } from '../languages/python/document.ts';
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
