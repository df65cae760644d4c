import { versionReason } from '../../../src/backend/package-version.ts';
import {
  isSqlmodelField,
  sqlmodelClasses,
  type TableField,
  tableFields,
} from '../../../src/backend/table-classes.ts';
import {
  appendArgument,
  argumentsOf,
  hasSplat,
  keyword,
  keywordValue,
  removeArgument,
} from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

/** What Field refuses beside sa_column, and Column takes under the same name. */
const MOVABLE = ['primary_key', 'nullable', 'index', 'unique'];
/** What it refuses as well, and Column takes in another way or not at all. */
const OTHERS = ['foreign_key', 'ondelete', 'sa_type', 'sa_column_args', 'sa_column_kwargs'];

export default {
  title: 'Move the options of a field into its column',
  why: 'SQLModel refuses options of the column beside sa_column, so the module fails when the server imports it.',
  safety: 'safe',
  since: { sqlmodel: '0.0.9' },
  docs: 'https://sqlmodel.tiangolo.com/release-notes/#009',
  catalogue: ['py-sqlmodel-model-shape'],
  fixes: [
    /Passing (primary_key|nullable|index|unique|foreign_key|ondelete|sa_type|sa_column_args|sa_column_kwargs) is not supported when also passing a sa_column/,
  ],
  literals: ['sa_column'],
  detect(document, backend) {
    const because = versionReason(backend, 'sqlmodel');
    return sqlmodelClasses(document)
      .flatMap(tableFields)
      .flatMap((field) => draft(document, field, because) ?? []);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, field: TableField, because: string): Draft | undefined {
  const call = field.value;
  const given = call && isSqlmodelField(field) ? keywordValue(call, 'sa_column') : undefined;
  if (!call || !given || given.type === 'none' || hasSplat(call)) return undefined;
  const refused = [...MOVABLE, ...OTHERS].filter((name) => keyword(call, name));
  if (refused.length === 0) return undefined;
  const base = {
    subject: `${field.owner.name}.${field.name}`,
    at: document.place(field.node),
    message: `${refused.join(', ')} of ${field.owner.name}.${field.name} ${refused.length === 1 ? 'stands' : 'stand'} beside sa_column, which SQLModel (${because}) refuses.`,
  };
  const column = isColumn(document, given) && !hasSplat(given) ? given : undefined;
  const movable = refused.every((name) => MOVABLE.includes(name));
  if (!column || !movable)
    return { ...base, safety: 'report', next: `Say ${refused.join(', ')} in the Column itself.` };
  return { ...base, edits: moved(document, call, column, refused) };
}

function isColumn(document: PythonDocument, node: Node): boolean {
  const callee = node.type === 'call' ? node.childForFieldName('function') : undefined;
  return callee ? /^(sqlmodel|sqlalchemy)(\.\w+)*\.Column$/.test(document.externalName(callee) ?? '') : false;
}

/** What the column says already stays; removing several arguments in a row must not meet, so the list is written anew. */
function moved(document: PythonDocument, call: Node, column: Node, names: string[]): Edit[] {
  const missing = names.filter((name) => !keyword(column, name));
  const added = missing.map((name) => keyword(call, name)?.text ?? '').join(', ');
  const removed = names
    .flatMap((name) => keyword(call, name) ?? [])
    .sort((a, b) => a.startIndex - b.startIndex);
  const edits = removed.map((argument) => removeArgument(document, call, argument));
  const apart = edits.every((edit, at) => at === 0 || (edits[at - 1]?.end ?? 0) <= edit.start);
  const insert = added ? [appendArgument(document, column, added)] : [];
  return apart ? [...insert, ...edits] : [...insert, ...oneByOne(document, call, removed)];
}

/** Each argument with the comma and space behind it, up to the next argument. */
function oneByOne(document: PythonDocument, call: Node, removed: Node[]): Edit[] {
  const all = argumentsOf(call);
  return removed.flatMap((argument) => {
    const next = all[all.findIndex(({ id }) => id === argument.id) + 1];
    const previous = all[all.findIndex(({ id }) => id === argument.id) - 1];
    if (next) return [{ file: document.path, start: argument.startIndex, end: next.startIndex, text: '' }];
    const start =
      previous && !removed.some(({ id }) => id === previous.id) ? previous.endIndex : argument.startIndex;
    return [{ file: document.path, start, end: argument.endIndex, text: '' }];
  });
}
