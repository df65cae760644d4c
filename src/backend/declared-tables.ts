import { hasSplat, keyword, keywordValue, positional } from '../languages/python/arguments.ts';
import { classOf } from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { bodyOf } from '../languages/python/statement-edits.ts';
import { encloses, enclosing, type Node, plainString, statementOf } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { reachFrom } from './import-reach.ts';
import { tableAround, type Use, usesOf, usesOfBase } from './metadata-uses.ts';
import { type MetadataHome, metadataAt, modelsOf } from './models.ts';
import { calledName } from './sqlalchemy-names.ts';
import { writtenTableName } from './table-classes.ts';
import { type Value, valueFor } from './values.ts';

/**
 * Whether metadata has a table already when `Table("users", metadata)` asks for it: Table() then returns that one and reads nothing.
 * `there`: a model or another Table() has declared it. `likely`: it may be one of those that are declared elsewhere in the same
 * metadata. `possible`: others have the metadata too.
 */
export type Presence = 'there' | 'likely' | 'possible' | 'absent';

/** Metadata that can be followed: `Base.metadata`, or what a call of `MetaData` made. */
interface Metadata {
  key: string;
  home?: MetadataHome;
  made?: Value;
}

interface DeclaredTable extends Use {
  /** The metadata, as `metadataFor` calls it. */
  metadata: string;
  /** Undefined where it cannot be told, or a schema is a part of it. */
  name: string | undefined;
}

export function tableInMetadata(backend: Backend, document: PythonDocument, call: Node): Presence {
  if (declares(call) || keyword(call, 'extend_existing')) return 'absent';
  const given = metadataGiven(call);
  const metadata = given && metadataFor(document, given);
  if (!metadata) return 'possible';
  const name = tableName(document, call);
  const declared = declaredTables(backend).filter((table) => table.metadata === metadata.key);
  const same = name === undefined ? declared : declared.filter((table) => table.name === name);
  if (name !== undefined && same.some((table) => isDeclaredBefore(table, document, call))) return 'there';
  if (same.some((table) => !isInSameFunction(table, document, call))) return 'likely';
  const unclear = same.length > 0 || declared.some((table) => table.name === undefined);
  return unclear || isHandedOn(backend, metadata, document, call) ? 'possible' : 'absent';
}

/** `Table("users", metadata, Column(…))` says itself what the table has. */
function declares(call: Node): boolean {
  return positional(call).length > 2 || hasSplat(call);
}

function metadataGiven(call: Node): Node | undefined {
  return keywordValue(call, 'metadata') ?? positional(call)[1];
}

function metadataFor(document: PythonDocument, node: Node): Metadata | undefined {
  const home = metadataAt(document, node);
  if (home) return { key: keyOf(home), home };
  const made = valueFor(document, node);
  if (!made || calledName(made.document, made.node) !== 'MetaData') return undefined;
  return { key: `${made.document.path} ${made.node.id}`, made };
}

function keyOf(home: MetadataHome): string {
  return home.kind === 'base' ? `${home.document.path} ${home.name}` : home.kind;
}

function tableName(document: PythonDocument, call: Node): string | undefined {
  const given = keywordValue(call, 'name') ?? positional(call)[0];
  const value = given && !keyword(call, 'schema') && valueFor(document, given);
  return value ? plainString(value.node) : undefined;
}

const known = new WeakMap<Backend, DeclaredTable[]>();

/** Every table of the backend that a model or a call of Table declares in metadata that can be followed. */
function declaredTables(backend: Backend): DeclaredTable[] {
  const found =
    known.get(backend) ??
    backend.documents
      .filter(({ text }) => /table/i.test(text))
      .flatMap((document) => [...ofModels(document), ...ofCalls(document)]);
  known.set(backend, found);
  return found;
}

function ofModels(document: PythonDocument): DeclaredTable[] {
  return modelsOf(document).flatMap(({ definition, home }) => {
    const written = writtenTableName(classOf(document, definition));
    const own =
      home.kind === 'sqlmodel' ? definition.childForFieldName('name')?.text.toLowerCase() : undefined;
    const name = written ?? own;
    if (name === undefined) return [];
    const isKnown = name !== 'unknown' && !namesSchema(definition);
    return [{ document, node: definition, metadata: keyOf(home), name: isKnown ? name : undefined }];
  });
}

/** `__table_args__ = {"schema": "archive"}`. */
function namesSchema(definition: Node): boolean {
  return bodyOf(definition).some(({ text }) => text.startsWith('__table_args__') && text.includes('schema'));
}

function ofCalls(document: PythonDocument): DeclaredTable[] {
  return document.calls.flatMap((call) => {
    if (!declares(call) || calledName(document, call) !== 'Table') return [];
    const given = metadataGiven(call);
    const metadata = given && metadataFor(document, given);
    return metadata
      ? [{ document, node: call, metadata: metadata.key, name: tableName(document, call) }]
      : [];
  });
}

/** True where whoever comes to the call came through the declaration: not where it stands in another branch or function. */
function isDeclaredBefore(table: DeclaredTable, document: PythonDocument, call: Node): boolean {
  const block = statementOf(table.node).parent;
  if (table.document.path !== document.path)
    return block?.type === 'module' && reachFrom([document]).has(table.document.path);
  if (!block || !encloses(block, call)) return false;
  return (
    table.node.endIndex <= call.startIndex || (block.type === 'module' && functionOf(call) !== undefined)
  );
}

function isInSameFunction(use: Use, document: PythonDocument, call: Node): boolean {
  return use.document.path === document.path && functionOf(use.node)?.id === functionOf(call)?.id;
}

function functionOf(node: Node): Node | undefined {
  return enclosing(node, 'function_definition');
}

/** True where something else may have declared tables in the metadata before the call: code that was given it, or its reflect(). */
function isHandedOn(backend: Backend, metadata: Metadata, document: PythonDocument, call: Node): boolean {
  const uses = usesOfMetadata(backend, metadata);
  const isBehind = (use: Use) =>
    isInSameFunction(use, document, call) && use.node.startIndex > call.startIndex;
  return !uses || uses.some((use) => !isBehind(use) && !isOnlyAsked(use));
}

function usesOfMetadata(backend: Backend, { home, made }: Metadata): Use[] | undefined {
  if (made) return usesOf(backend, { document: made.document, call: made.node, made: 'MetaData' });
  return home?.kind === 'base' && !isGivenMetadata(home) ? usesOfBase(backend, home) : undefined;
}

/** `declarative_base(metadata=metadata)`, whose tables other names lead to. */
function isGivenMetadata({ document, name }: Extract<MetadataHome, { kind: 'base' }>): boolean {
  const bindings = document.scopes.module.bindings.get(name) ?? [];
  return bindings.length !== 1 || bindings.some(({ statement }) => /\bmetadata\b/.test(statement.text));
}

/** A table is made with the metadata, or it is asked for an attribute, `metadata.tables`. */
function isOnlyAsked({ document, node }: Use): boolean {
  const attribute =
    node.parent?.type === 'attribute' ? node.parent.childForFieldName('attribute') : undefined;
  return attribute ? attribute.text !== 'reflect' : tableAround(document, node) !== undefined;
}
