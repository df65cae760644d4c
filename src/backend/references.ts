import type { PythonDocument } from '../languages/python/document.ts';
import type { Origin } from '../languages/python/origin.ts';
import type { Binding } from '../languages/python/scopes.ts';
import type { Node } from '../languages/python/tree.ts';
import { candidates } from './users.ts';

/** Every use of a name of `owner` in these documents, through imports and module attributes too; imports themselves left out. */
export function referencesAcross(
  documents: readonly PythonDocument[],
  owner: PythonDocument,
  binding: Binding,
): { document: PythonDocument; node: Node }[] {
  return candidates(documents, owner, binding.name).flatMap((document) => {
    const nodes =
      document.path === owner.path
        ? ownReferences(document, binding)
        : outsideReferences(document, owner, binding);
    return nodes.map((node) => ({ document, node }));
  });
}

function ownReferences(document: PythonDocument, binding: Binding): Node[] {
  return document.usesOf(binding).map(({ node }) => node);
}

function outsideReferences(document: PythonDocument, owner: PythonDocument, binding: Binding): Node[] {
  const wanted = localKey(owner.path, binding);
  const plain = plainReferences(document, wanted).filter(
    (node) => originKey(document.origin(node)) === wanted,
  );
  return [...plain, ...(attributesByOrigin(document, binding.name).get(wanted) ?? [])];
}

/** References whose name an import binds to what is wanted; where anything is star-imported, all of them. */
function plainReferences(document: PythonDocument, wanted: string): Node[] {
  const { references, stars } = document.scopes;
  if (stars.length > 0) return references.map(({ node }) => node);
  const names = importedAs(document).get(wanted) ?? new Set();
  const [first] = names;
  if (first === undefined) return [];
  const found = names.size === 1 ? document.referencesNamed(first) : references;
  return found.filter(({ name }) => names.has(name)).map(({ node }) => node);
}

const importNames = new WeakMap<PythonDocument, Map<string, Set<string>>>();

/** The names that a document's imports give to each definition of another one. */
function importedAs(document: PythonDocument): Map<string, Set<string>> {
  const found = importNames.get(document) ?? new Map<string, Set<string>>();
  if (importNames.has(document)) return found;
  importNames.set(document, found);
  for (const [name, origins] of document.imported) {
    for (const origin of origins) {
      const key = originKey(origin);
      if (key !== undefined) found.set(key, (found.get(key) ?? new Set()).add(name));
    }
  }
  return found;
}

const attributes = new WeakMap<PythonDocument, Map<string, Map<string, Node[]>>>();

/** Every `object.name` by what it means. */
function attributesByOrigin(document: PythonDocument, name: string): Map<string, Node[]> {
  const ofDocument = attributes.get(document) ?? new Map<string, Map<string, Node[]>>();
  attributes.set(document, ofDocument);
  const known = ofDocument.get(name);
  if (known) return known;
  const found = new Map<string, Node[]>();
  for (const node of document.attributesNamed(name)) {
    const key = originKey(document.origin(node));
    if (key !== undefined) found.set(key, [...(found.get(key) ?? []), node]);
  }
  ofDocument.set(name, found);
  return found;
}

function originKey(origin: Origin): string | undefined {
  return origin.kind === 'local' ? localKey(origin.document.path, origin.binding) : undefined;
}

function localKey(path: string, binding: Binding): string {
  return `${path} ${binding.node.id}`;
}
