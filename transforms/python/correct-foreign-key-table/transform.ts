import type { Backend } from '../../../src/backend/backend.ts';
import { isSqlmodelField, sqlmodelClasses, tableFields } from '../../../src/backend/table-classes.ts';
import { type NamedTable, namedTables } from '../../../src/backend/table-names.ts';
import { keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import { lineageOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { type Node, stringContent } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

const FOREIGN_KEY = /^(sqlalchemy|sqlmodel)(\.\w+)*\.ForeignKey$/;

export default {
  title: 'Name the table of a foreign key as it is called',
  why: 'No table has that name, so making the tables fails, and so does the first query of the model.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/core/constraints.html#defining-foreign-keys',
  catalogue: ['py-relationship-name-fk'],
  fixes: [
    /could not find table '[\w.]+' with which to generate a foreign key/,
    /Could not determine join condition between parent\/child tables/,
  ],
  literals: ['ForeignKey', 'foreign_key'],
  detect(document, backend) {
    const tables = namedTables(backend);
    if (!tables || tables.length === 0) return [];
    return foreignKeys(document).flatMap((node) => draft(document, backend, node, tables) ?? []);
  },
} satisfies Transform<'python'>;

/** The strings of `ForeignKey("team.id")` and `Field(foreign_key="team.id")`. */
function foreignKeys(document: PythonDocument): Node[] {
  const calls = document.calls.flatMap((call) => {
    const callee = call.childForFieldName('function');
    const given =
      callee && FOREIGN_KEY.test(document.externalName(callee) ?? '')
        ? (keywordValue(call, 'column') ?? positional(call)[0])
        : undefined;
    return given ? [given] : [];
  });
  const fields = sqlmodelClasses(document)
    .flatMap(tableFields)
    .flatMap((field) =>
      field.value && isSqlmodelField(field) ? (keywordValue(field.value, 'foreign_key') ?? []) : [],
    );
  return [...calls, ...fields];
}

function draft(
  document: PythonDocument,
  _backend: Backend,
  node: Node,
  tables: NamedTable[],
): Draft | undefined {
  const content = stringContent(node);
  const [table, column, schema] = content?.text.split('.') ?? [];
  if (!content || !table || !column || schema !== undefined) return undefined;
  if (tables.some(({ name }) => name === table)) return undefined;
  const fitting = tables.filter(({ name, one }) => isAlike(table, name) || (one && isAlike(table, one.name)));
  const [only, other] = fitting.filter((each) => hasColumn(each, column));
  const base = {
    subject: content.text,
    at: document.place(node),
    message: `There is no table ${table} for the foreign key ${content.text}${only && !other ? `; it is called ${only.name}` : ''}.`,
  };
  if (!only || other) {
    const names = tables
      .map(({ name }) => name)
      .sort()
      .slice(0, 10)
      .join(', ');
    return { ...base, safety: 'report', next: `Name the table as __tablename__ says. There are: ${names}` };
  }
  return {
    ...base,
    edits: [
      { file: document.path, start: content.start, end: content.start + table.length, text: only.name },
    ],
  };
}

/** The same word in the singular and the plural, with underscores and capitals or without. */
function isAlike(a: string, b: string): boolean {
  const forms = (word: string) => {
    const plain = word.toLowerCase().replaceAll('_', '');
    return [plain, plain.replace(/ies$/, 'y'), plain.replace(/es$/, ''), plain.replace(/s$/, '')];
  };
  return forms(a).some((one) => forms(b).includes(one));
}

function hasColumn({ one }: NamedTable, column: string): boolean {
  return (
    one !== undefined &&
    lineageOf(one).classes.some((each) => tableFields(each).some(({ name }) => name === column))
  );
}
