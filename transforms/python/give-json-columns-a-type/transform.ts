import { mayBeFrom } from '../../../src/backend/package-version.ts';
import {
  isSqlmodelField,
  sqlmodelClasses,
  type TableField,
  tableFields,
  tablesBelow,
} from '../../../src/backend/table-classes.ts';
import { appendArgument, hasSplat, keyword } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { children, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

const TYPING = new Map([
  ['typing.List', 'list'],
  ['typing.Dict', 'dict'],
  ['typing.Set', 'set'],
  ['typing.Tuple', 'tuple'],
]);
const BUILTIN = new Set(['list', 'dict', 'set', 'tuple']);

export default {
  title: 'Give lists and dicts of a table a column type',
  why: 'SQLModel knows no column for a list or a dict, so the module fails when the server imports it.',
  safety: { unsafe: 'the values are kept as JSON; a table that is there already needs a migration' },
  docs: 'https://docs.sqlalchemy.org/en/20/core/type_basics.html#sqlalchemy.types.JSON',
  catalogue: ['py-sqlmodel-model-shape'],
  fixes: [/<class '(list|dict|set|tuple)'> has no matching SQLAlchemy type/],
  literals: ['table'],
  detect(document, backend) {
    return sqlmodelClasses(document)
      .filter((one) => tablesBelow(backend, one).length > 0)
      .flatMap(tableFields)
      .flatMap((field) => draft(document, field, mayBeFrom(backend, 'sqlmodel', '0.0.14')) ?? []);
  },
} satisfies Transform<'python'>;

function inParentheses(node: Node | undefined): Node | undefined {
  const [inner] = node?.type === 'parenthesized_expression' ? node.namedChildren : [];
  return inner ? inParentheses(inner) : node;
}

function draft(document: PythonDocument, field: TableField, takesType: boolean): Draft | undefined {
  const kind = field.annotation && collectionOf(document, field.annotation);
  const value = inParentheses(field.value);
  const call = value?.type === 'call' && !isBuiltinCall(document, value) ? value : undefined;
  if (!kind || /^(model_config|__\w+__)$/.test(field.name)) return undefined;
  if (call && (!isSqlmodelField(field) || hasSplat(call))) return undefined;
  if (call && ['sa_column', 'sa_type'].some((name) => keyword(call, name))) return undefined;
  const base = {
    subject: `${field.owner.name}.${field.name}`,
    at: document.place(field.node),
    message: `${field.owner.name}.${field.name} is a ${kind}, for which SQLModel has no column.`,
  };
  if (!takesType || kind === 'set' || kind === 'tuple')
    return {
      ...base,
      safety: 'report',
      next: 'Say its type: Field(sa_column=Column(JSON)), or a table of its own with a Relationship.',
    };
  return { ...base, edits: [typed(document, field, call), ...jsonImport(document)] };
}

/** `set()` and the like are plain defaults. */
function isBuiltinCall(document: PythonDocument, call: Node): boolean {
  const callee = call.childForFieldName('function');
  return callee !== null && document.origin(callee).kind === 'builtin';
}

/** `list`, `list[str]`, `Optional[Dict[str, int]]`, `list[str] | None`; undefined for anything else. */
function collectionOf(document: PythonDocument, node: Node): string | undefined {
  if (node.type === 'generic_type' || node.type === 'subscript') {
    const outer = node.childForFieldName('value') ?? node.namedChildren[0];
    if (!outer) return undefined;
    if (document.externalName(outer) !== 'typing.Optional') return collectionOf(document, outer);
    const inner =
      node.type === 'subscript'
        ? node.childForFieldName('subscript')
        : node.namedChildren[1]?.namedChildren[0]?.namedChildren[0];
    return inner ? collectionOf(document, inner) : undefined;
  }
  if (node.type === 'binary_operator' || node.type === 'union_type') {
    const parts = children(node).filter(({ text }) => text !== 'None');
    const [only, other] = parts;
    return only && !other ? collectionOf(document, only) : undefined;
  }
  if (node.type === 'type' && node.namedChildren[0]) return collectionOf(document, node.namedChildren[0]);
  if (node.type !== 'identifier' && node.type !== 'attribute') return undefined;
  const origin = document.origin(node);
  if (origin.kind === 'builtin') return BUILTIN.has(origin.name) ? origin.name : undefined;
  return origin.kind === 'external' ? TYPING.get(origin.name) : undefined;
}

function typed(
  document: PythonDocument,
  { statement, value, annotation }: TableField,
  call: Node | undefined,
): Edit {
  if (call) return appendArgument(document, call, 'sa_type=JSON');
  if (value) return { ...document.place(value), text: `Field(default=${value.text}, sa_type=JSON)` };
  const end = annotation?.endIndex ?? statement.endIndex;
  return { file: document.path, start: end, end, text: ' = Field(sa_type=JSON)' };
}

function jsonImport(document: PythonDocument): Edit[] {
  return [
    ...addImport(document, { module: 'sqlmodel', name: 'Field' }),
    ...addImport(document, { module: 'sqlmodel', name: 'JSON' }),
  ];
}
