import { lineEnding } from '../files/source-file.ts';
import {
  argumentsOf,
  hasSplat,
  keyword,
  keywordValue,
  positional,
  removeArgument,
} from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { lineStart } from '../languages/python/layout.ts';
import { scopeAt } from '../languages/python/origin.ts';
import { descendants, enclosing, type Node } from '../languages/python/tree.ts';
import type { Edit } from '../types.ts';
import { isBatch } from './alembic.ts';
import type { Backend } from './backend.ts';
import { tableInMetadata } from './declared-tables.ts';
import { factoriesOf } from './engines.ts';
import { enginesInScope } from './engines-in-scope.ts';
import { handedOn, runsBound } from './handed-tables.ts';
import { kindOf } from './kinds.ts';
import { isSameHome, type MadeMetadata, tableAround, type Use, usesOf } from './metadata-uses.ts';
import { homeOfClass } from './models.ts';
import { firstName } from './names.ts';
import { calledName } from './sqlalchemy-names.ts';
import { candidates } from './users.ts';
import { valueFor } from './values.ts';

/** `MetaData(bind=engine)`, `MetaData(engine)` or `declarative_base(bind=engine)`. */
export interface BoundMetadata extends MadeMetadata {
  /** The argument, and the engine that it gives. */
  argument: Node;
  bound: Node;
}

/** What must change where the metadata loses its engine: every use of the engine, or the first that nobody can repair. */
export interface Unbinding {
  edits: Edit[];
  /** The calls that these edits give the engine to, as `callKey` calls them. */
  calls: Set<string>;
  /** A use that cannot be given the engine, or may read it from the metadata. */
  unclear?: { document: PythonDocument; node: Node };
}

/** Names a call of a document, for sets of them. */
export function callKey(document: PythonDocument, call: Node): string {
  return `${document.path} ${call.id}`;
}

/** Every metadata of a document that is bound to an engine when it is made. */
export function boundMetadata(backend: Backend, document: PythonDocument): BoundMetadata[] {
  if (!/MetaData|declarative_base/.test(document.text)) return [];
  return document.calls.flatMap((call) => {
    const made = nameOfMaker(document, call);
    if (!made) return [];
    const argument = keyword(call, 'bind') ?? boundFirst(backend, { document, call, made });
    const bound = argument?.childForFieldName('value') ?? argument;
    return argument && bound ? [{ document, call, made, argument, bound }] : [];
  });
}

/** The first argument, where it is an engine or a connection, or the metadata reads tables with nothing else to read them from. */
function boundFirst(backend: Backend, metadata: MadeMetadata): Node | undefined {
  const [first] = positional(metadata.call);
  if (!first) return undefined;
  const what = kindOf(backend, metadata.document, first)?.what;
  if (/engine$|connection$/.test(what ?? '')) return first;
  const isNamed = what === undefined && /^(identifier|attribute)$/.test(first.type);
  return isNamed && usesOf(backend, metadata)?.some(readsTable) ? first : undefined;
}

/** `Table("users", metadata, autoload=True)`, which took its engine from the metadata. */
function readsTable({ document, node }: Use): boolean {
  const table = tableAround(document, node);
  return (
    table !== undefined &&
    keywordValue(table, 'autoload')?.text === 'True' &&
    keyword(table, 'autoload_with') === undefined
  );
}

function nameOfMaker(document: PythonDocument, call: Node): BoundMetadata['made'] | undefined {
  const name = calledName(document, call);
  if (name === 'MetaData' || name === 'declarative_base') return name;
  const callee = call.childForFieldName('function');
  return callee && document.externalName(callee) === 'sqlalchemy.ext.declarative.declarative_base'
    ? 'declarative_base'
    : undefined;
}

/** Follows a bound metadata to whatever takes the engine from it, and gives the engine to that instead. */
export function unbind(backend: Backend, metadata: BoundMetadata): Unbinding {
  const result: Unbinding = { edits: [], calls: new Set() };
  if (metadata.bound.type === 'none') return result;
  const uses = usesOf(backend, metadata);
  if (!uses) return { ...result, unclear: { document: metadata.document, node: metadata.call } };
  const found = [
    ...uses.map((use) => ofUse(backend, metadata, use)),
    ...documentsOf(backend, metadata).flatMap((document) => ofTables(backend, metadata, document)),
    ...sessionsWithout(backend, metadata),
  ];
  for (const each of found) {
    if ('unclear' in each) return { edits: [], calls: new Set(), unclear: each.unclear };
    result.edits.push(...each.edits);
    for (const call of each.calls) result.calls.add(call);
  }
  return result;
}

type Step = { edits: Edit[]; calls: string[] } | { unclear: Use };
const NOTHING: Step = { edits: [], calls: [] };

function ofUse(backend: Backend, metadata: BoundMetadata, use: Use): Step {
  const { document, node } = use;
  const table = tableAround(document, node);
  const handed = table && runsBound(backend) ? handedOn(document, table) : undefined;
  if (handed) return { unclear: { document, node: enclosing(handed.parent ?? handed, 'call') ?? handed } };
  if (table) return ofTable(backend, metadata, document, table);
  const attribute = node.parent?.type === 'attribute' ? node.parent : undefined;
  const name = attribute?.childForFieldName('attribute')?.text ?? '';
  if (!attribute || name === 'bind') return { unclear: { document, node: enclosing(node, 'call') ?? node } };
  const call = attribute.parent?.type === 'call' ? attribute.parent : undefined;
  const needs = call && /^(create_all|drop_all|reflect)$/.test(name);
  return needs ? givenFirst(backend, metadata, document, call) : NOTHING;
}

/** `Table("t", metadata, autoload=True)` says itself where it is read from. */
function ofTable(backend: Backend, metadata: BoundMetadata, document: PythonDocument, call: Node): Step {
  const argument = keyword(call, 'autoload');
  if (!argument || tableInMetadata(backend, document, call) === 'there') return NOTHING;
  const value = argument.childForFieldName('value')?.text;
  const calls = [callKey(document, call)];
  if (keyword(call, 'autoload_with') || value === 'False')
    return { edits: [removeArgument(document, call, argument)], calls };
  const engine = value === 'True' ? engineAt(backend, metadata, document, call) : undefined;
  if (!engine) return { unclear: { document, node: call } };
  return { edits: [{ ...document.place(argument), text: `autoload_with=${engine}` }], calls };
}

/** `metadata.create_all()` and `table.create()` take the engine as their first argument. */
function givenFirst(backend: Backend, metadata: BoundMetadata, document: PythonDocument, call: Node): Step {
  if (positional(call).length > 0 || keyword(call, 'bind')) return NOTHING;
  const engine = hasSplat(call) ? undefined : engineAt(backend, metadata, document, call);
  if (!engine) return { unclear: { document, node: call } };
  return { edits: [firstArgument(document, call, engine)], calls: [callKey(document, call)] };
}

/** Gives a call one more argument in front of all others, on a line of its own where the first one has one. */
export function firstArgument(document: PythonDocument, call: Node, argument: string): Edit {
  const [first] = argumentsOf(call);
  const start = first?.startIndex ?? call.endIndex - 1;
  const indent = first ? document.text.slice(lineStart(document.text, start), start) : '';
  const own = first !== undefined && indent.trim() === '';
  const behind = own ? `,${lineEnding(document.text)}${indent}` : first ? ', ' : '';
  return { file: document.path, start, end: start, text: `${argument}${behind}` };
}

/** How the engine of the metadata is written at a place. */
function engineAt(
  backend: Backend,
  { document: home, call: made, bound }: BoundMetadata,
  document: PythonDocument,
  at: Node,
): string | undefined {
  const what = kindOf(backend, home, bound)?.what;
  if (what !== undefined && !/^(engine|connection|plain)$/.test(what)) return undefined;
  if (home.path === document.path && meansTheSame(document, bound, made, at)) return bound.text;
  const [only, other] = enginesInScope(backend, document, at);
  if (!only || other || only.async || !isOneVariable(home, bound, document, only.name)) return undefined;
  return scopeAt(document, at).find(only.name)?.[0]?.scope.kind === 'module' ? only.name : undefined;
}

/** True where a name of another module is the variable that the metadata was bound to. */
function isOneVariable(home: PythonDocument, bound: Node, document: PythonDocument, name: string): boolean {
  const [theirs, ours] = [home.origin(bound), document.exported(name)];
  return (
    theirs.kind === 'local' &&
    ours.kind === 'local' &&
    theirs.document.path === ours.document.path &&
    theirs.binding.node.id === ours.binding.node.id
  );
}

/**
 * True where an expression of one place may be written at the other: a name of the same scope, `self.engine` of one class, an
 * attribute within one function, or the connection that a migration of alembic is run on.
 */
export function meansTheSame(document: PythonDocument, bound: Node, from: Node, to: Node): boolean {
  if (bound.type === 'identifier') {
    const bindings = scopeAt(document, from).find(bound.text);
    return bindings !== undefined && bindings === scopeAt(document, to).find(bound.text);
  }
  const callee = bound.type === 'call' ? bound.childForFieldName('function') : undefined;
  if (callee && positional(bound).length > 0) return false;
  if (callee && document.externalName(callee) !== 'alembic.op.get_bind') return false;
  const ofOne = /^self(\.\w+)+$/.test(bound.text) ? 'class_definition' : 'function_definition';
  const owner = enclosing(from, ofOne);
  return (
    /^(attribute|call)$/.test(bound.type) && owner !== undefined && owner.id === enclosing(to, ofOne)?.id
  );
}

/** Where tables of the metadata may be made and dropped: its function, or every module that its own can be reached from. */
function documentsOf(backend: Backend, { document, call }: BoundMetadata): PythonDocument[] {
  return scopeAt(document, call).kind === 'module' ? candidates(backend.documents, document, '') : [document];
}

/** Every call of the function that has the metadata, of the class that keeps it, or of a whole module. */
function callsNear({ document: home, call }: BoundMetadata, document: PythonDocument): Node[] {
  const left = call.parent?.childForFieldName('left');
  const owner = left?.type === 'attribute' ? 'class_definition' : 'function_definition';
  const around = enclosing(call, owner);
  return around && document.path === home.path ? descendants(around, 'call') : document.calls;
}

/** What a table of bound metadata could do by itself, sqlalchemy-migrate's changes of columns and constraints among it. */
const ALONE = /^(create|drop|alter|rename|create_column|drop_column|execute|scalar)$/;

/** What only tables and columns have that sqlalchemy-migrate has changed: `for table in tables: table.c.name.alter(…)`. */
const MIGRATES = /^(alter|create_column|drop_column)$/;

/** `users.create()`, `users.insert().execute()`, and `users.c.name.drop()` of sqlalchemy-migrate. */
function ofTables(backend: Backend, metadata: BoundMetadata, document: PythonDocument): Step[] {
  return callsNear(metadata, document).flatMap((call): Step[] => {
    const callee = call.childForFieldName('function');
    const method = callee?.childForFieldName('attribute')?.text ?? '';
    const receiver = callee?.childForFieldName('object');
    if (!receiver || !ALONE.test(method)) return [];
    const from = schemaItem(metadata, document, receiver);
    const changes = !/^(execute|scalar)$/.test(method);
    const root = MIGRATES.test(method) ? firstName(receiver) : undefined;
    const unknown =
      root !== undefined && document.origin(root).kind !== 'external' && !isBatch(document, root);
    if (!from && !unknown && !(changes && isMadeWithTable(metadata, document, receiver))) return [];
    return [
      from === 'itself' && /^(create|drop)$/.test(method)
        ? givenFirst(backend, metadata, document, call)
        : { unclear: { document, node: call } },
    ];
  });
}

/**
 * `itself` where an expression is a table of this metadata or an index, whose create() takes an engine; `part` where it is made of
 * such a table, or something else of a schema.
 */
function schemaItem(
  metadata: BoundMetadata,
  document: PythonDocument,
  node: Node,
  hops = 0,
): 'itself' | 'part' | undefined {
  if (hops > 12) return undefined;
  if (isTableOfModel(metadata, document, node)) return 'itself';
  const value = /^(identifier|attribute)$/.test(node.type) ? valueFor(document, node) : undefined;
  if (value && value.node.id !== node.id) return schemaItem(metadata, value.document, value.node, hops + 1);
  const name = calledName(document, node);
  if (name === 'Table') return isTableOf(metadata, document, node) ? 'itself' : undefined;
  if (name === 'Index') return 'itself';
  if (name && /^(Column|Sequence|select|insert|update|delete|\w*Constraint)$/.test(name)) return 'part';
  const inner =
    node.childForFieldName('object') ?? node.childForFieldName('function') ?? node.childForFieldName('value');
  return inner &&
    /^(attribute|call|subscript)$/.test(node.type) &&
    schemaItem(metadata, document, inner, hops + 1)
    ? 'part'
    : undefined;
}

/** `UniqueConstraint("name", table=users)` of sqlalchemy-migrate, which makes and drops itself with the engine of the table. */
function isMadeWithTable(metadata: BoundMetadata, document: PythonDocument, node: Node): boolean {
  const value = valueFor(document, node);
  return (
    value?.node.type === 'call' &&
    argumentsOf(value.node).some((argument) =>
      schemaItem(metadata, value.document, argument.childForFieldName('value') ?? argument),
    )
  );
}

/** `User.__table__` of a model whose base is bound. */
function isTableOfModel(metadata: BoundMetadata, document: PythonDocument, node: Node): boolean {
  if (metadata.made !== 'declarative_base' || node.childForFieldName('attribute')?.text !== '__table__')
    return false;
  const name = metadata.call.parent?.childForFieldName('left')?.text ?? '';
  const object = node.childForFieldName('object');
  const origin = object ? document.origin(object) : undefined;
  if (origin?.kind !== 'local' || origin.binding.kind !== 'class') return false;
  const definition = enclosing(origin.binding.node, 'class_definition');
  const home = definition && homeOfClass(origin.document, definition);
  return isSameHome(home, { kind: 'base', document: metadata.document, name });
}

function isTableOf(metadata: BoundMetadata, document: PythonDocument, call: Node): boolean {
  const given = keywordValue(call, 'metadata') ?? positional(call)[1];
  const value = given && valueFor(document, given);
  if (!value) return given?.text === metadata.call.parent?.childForFieldName('left')?.text;
  return value.document.path === metadata.document.path && value.node.id === metadata.call.id;
}

/** A session without an engine took the one that the metadata of its models had. */
function sessionsWithout(backend: Backend, { document, call }: BoundMetadata): Step[] {
  if (scopeAt(document, call).kind !== 'module') return [];
  const sessions = backend.documents.flatMap((each) =>
    factoriesOf(each)
      .map((factory) => ({ document: each, node: factory.call }))
      .filter(({ node }) => !hasSplat(node) && !keyword(node, 'bind') && positional(node).length === 0),
  );
  const configured = backend.documents.some(({ text }) => /\.configure\(\s*bind\s*=/.test(text));
  const [first] = configured ? [] : sessions;
  return first ? [{ unclear: first }] : [];
}
