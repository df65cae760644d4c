import { keywordValue, positional } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { scopeAt } from '../languages/python/origin.ts';
import { enclosing, type Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { type MetadataHome, metadataAt } from './models.ts';
import { referencesAcross } from './references.ts';
import { calledName } from './sqlalchemy-names.ts';

/** A call that makes metadata: `MetaData()`, or `declarative_base()` whose `metadata` it is. */
export interface MadeMetadata {
  document: PythonDocument;
  call: Node;
  made: 'MetaData' | 'declarative_base';
}

/** A place that metadata gets to. */
export interface Use {
  document: PythonDocument;
  node: Node;
}

/** Every place that the metadata gets to by a name of its own; undefined where it is handed on without one. */
export function usesOf(backend: Backend, { document, call, made }: MadeMetadata): Use[] | undefined {
  if (made === 'MetaData' && tableAround(document, call)) return [{ document, node: call }];
  const assignment = call.parent?.type === 'assignment' ? call.parent : undefined;
  const left = assignment?.childForFieldName('left');
  if (!left || assignment?.parent?.type !== 'expression_statement') return undefined;
  if (left.type !== 'identifier') return made === 'MetaData' ? ofSelf(backend, document, left) : undefined;
  const [binding, other] = scopeAt(document, call).find(left.text) ?? [];
  if (!binding || other) return undefined;
  const uses = referencesAcross(backend.documents, document, binding).filter(
    ({ node }) => node.id !== left.id,
  );
  if (made === 'MetaData') return uses;
  const home: MetadataHome = { kind: 'base', document, name: left.text };
  return uses.every(({ node }) => isBase(node)) ? usesOfBase(backend, home) : undefined;
}

/** `self.meta`, where no other object is asked for its `meta`. */
function ofSelf(backend: Backend, document: PythonDocument, left: Node): Use[] | undefined {
  const name = left.childForFieldName('attribute')?.text;
  const definition = enclosing(left, 'class_definition');
  if (!name || !definition || left.childForFieldName('object')?.text !== 'self') return undefined;
  const all = backend.documents.flatMap((each) =>
    each.attributesNamed(name).map((node) => ({ document: each, node })),
  );
  const own = all.filter((use) => use.document.path === document.path && use.node.text === left.text);
  const elsewhere = all.filter(
    (use) => !own.includes(use) && use.document.origin(use.node).kind !== 'external',
  );
  const inside = own.every(({ node }) => enclosing(node, 'class_definition')?.id === definition.id);
  if (elsewhere.length > 0 || !inside) return undefined;
  return own.filter(({ node }) => node.parent?.childForFieldName('left')?.id !== node.id);
}

/** A base of the models is inherited from, asked for an attribute, or an annotation; whatever else gets it may use its engine. */
function isBase(node: Node): boolean {
  return (
    node.parent?.type === 'attribute' ||
    node.parent?.parent?.type === 'class_definition' ||
    enclosing(node, 'type') !== undefined
  );
}

/** `Base.metadata` and `User.metadata`. */
export function usesOfBase(backend: Backend, home: MetadataHome): Use[] {
  return backend.documents.flatMap((document) =>
    document
      .attributesNamed('metadata')
      .filter((node) => isSameHome(metadataAt(document, node), home))
      .map((node) => ({ document, node })),
  );
}

export function isSameHome(a: MetadataHome | undefined, b: MetadataHome): boolean {
  return a?.kind === 'base' && b.kind === 'base' && a.name === b.name && a.document.path === b.document.path;
}

/** The call of `Table` that an expression is the metadata of. */
export function tableAround(document: PythonDocument, node: Node): Node | undefined {
  const argument = node.parent?.type === 'keyword_argument' ? node.parent : node;
  const call = argument.parent?.type === 'argument_list' ? argument.parent.parent : undefined;
  if (!call || calledName(document, call) !== 'Table') return undefined;
  return (keywordValue(call, 'metadata') ?? positional(call)[1])?.id === node.id ? call : undefined;
}
