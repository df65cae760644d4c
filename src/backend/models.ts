import type { PythonDocument } from '../languages/python/document.ts';
import { children, type Node } from '../languages/python/tree.ts';
import { classesOf } from './engines.ts';
import { valueFor } from './values.ts';

const SQLMODEL = new Set(['sqlmodel.SQLModel', 'sqlmodel.main.SQLModel']);
const DECLARATIVE = new Set(['sqlalchemy.orm.DeclarativeBase', 'sqlalchemy.orm.DeclarativeBaseNoMeta']);
const METADATA = new Set([
  'sqlalchemy.MetaData',
  'sqlalchemy.schema.MetaData',
  'sqlalchemy.sql.schema.MetaData',
]);
const DECLARATIVE_CALLS = new Set([
  'sqlalchemy.orm.declarative_base',
  'sqlalchemy.ext.declarative.declarative_base',
  'sqlalchemy.orm.decl_api.declarative_base',
]);

/** Where the metadata of a table lives: SQLModel's own, or a base class of the project. */
export type MetadataHome = { kind: 'sqlmodel' } | { kind: 'base'; document: PythonDocument; name: string };

/** Every class of a document that declares a table, with the metadata that it registers in. */
export function modelsOf(document: PythonDocument): { definition: Node; home: MetadataHome }[] {
  return classesOf(document).flatMap((definition) => {
    const home = baseHome(document, definition, 0);
    return home && declaresTable(definition, home) ? [{ definition, home }] : [];
  });
}

/** The metadata that a class registers in, whether it declares a table or not; undefined where it is no mapped class. */
export function homeOfClass(document: PythonDocument, definition: Node): MetadataHome | undefined {
  return baseHome(document, definition, 0);
}

/** The metadata that an expression such as `Base.metadata` or `SQLModel.metadata` stands for. */
export function metadataAt(document: PythonDocument, node: Node): MetadataHome | undefined {
  if (node.type !== 'attribute' || node.childForFieldName('attribute')?.text !== 'metadata') return undefined;
  const object = node.childForFieldName('object');
  return object ? homeOfBase(document, object, 0) : undefined;
}

/** True for `Base.metadata`, and for a name that stands for a `MetaData()` of the project's own. */
export function isMetadata(document: PythonDocument, node: Node): boolean {
  if (metadataAt(document, node)) return true;
  const value = valueFor(document, node);
  const callee = value?.node.type === 'call' ? value.node.childForFieldName('function') : undefined;
  return (
    value !== undefined &&
    callee !== undefined &&
    callee !== null &&
    METADATA.has(value.document.externalName(callee) ?? '')
  );
}

function declaresTable(definition: Node, home: MetadataHome): boolean {
  if (home.kind === 'sqlmodel') {
    const list = definition.childForFieldName('superclasses');
    const table = children(list ?? definition).find(
      (each) => each.type === 'keyword_argument' && each.childForFieldName('name')?.text === 'table',
    );
    return table?.childForFieldName('value')?.text === 'True';
  }
  const body = definition.childForFieldName('body');
  return children(body ?? definition).some(
    (statement) =>
      /^\s*__table(name)?__\b/.test(statement.text) || /\bmapped_column\(|\bColumn\(/.test(statement.text),
  );
}

function baseHome(document: PythonDocument, definition: Node, hops: number): MetadataHome | undefined {
  if (hops > 8) return undefined;
  const bases = children(definition.childForFieldName('superclasses') ?? definition);
  for (const base of bases) {
    if (base.type !== 'identifier' && base.type !== 'attribute') continue;
    const home = homeOfBase(document, base, hops + 1);
    if (home) return home;
  }
  return undefined;
}

function homeOfBase(document: PythonDocument, node: Node, hops: number): MetadataHome | undefined {
  const origin = document.origin(node);
  if (origin.kind === 'external') return SQLMODEL.has(origin.name) ? { kind: 'sqlmodel' } : undefined;
  if (origin.kind !== 'local') return undefined;
  const { binding } = origin;
  if (binding.kind === 'class') {
    if (isDeclarativeBase(origin.document, binding.statement))
      return { kind: 'base', document: origin.document, name: binding.name };
    return baseHome(origin.document, binding.statement, hops);
  }
  const callee = binding.value?.type === 'call' ? binding.value.childForFieldName('function') : undefined;
  const made = callee ? origin.document.externalName(callee) : undefined;
  return made && DECLARATIVE_CALLS.has(made)
    ? { kind: 'base', document: origin.document, name: binding.name }
    : undefined;
}

function isDeclarativeBase(document: PythonDocument, definition: Node): boolean {
  return children(definition.childForFieldName('superclasses') ?? definition).some((base) => {
    const name =
      base.type === 'identifier' || base.type === 'attribute' ? document.externalName(base) : undefined;
    return name !== undefined && DECLARATIVE.has(name);
  });
}
