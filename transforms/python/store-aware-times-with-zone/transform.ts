import type { Backend } from '../../../src/backend/backend.ts';
import { classesOf } from '../../../src/backend/engines.ts';
import { errorOfImport } from '../../../src/backend/import-errors.ts';
import { homeOfClass } from '../../../src/backend/models.ts';
import { mayBeFrom } from '../../../src/backend/package-version.ts';
import { driversInUse } from '../../../src/backend/packages.ts';
import {
  isSqlmodelField,
  type TableField,
  tableFields,
  tablesBelow,
} from '../../../src/backend/table-classes.ts';
import { zoneOf } from '../../../src/backend/times.ts';
import {
  appendArgument,
  argumentsOf,
  hasSplat,
  keyword,
  keywordValue,
  positional,
} from '../../../src/languages/python/arguments.ts';
import { classOf, lineageOf, ownMembers, type PythonClass } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

const COLUMN = /^(sqlalchemy|sqlmodel)(\.\w+)*\.(Column|mapped_column)$/;
const DATE_TIME = /^(sqlalchemy|sqlmodel)(\.\w+)*\.DateTime$/;

export default {
  title: 'Keep times with a zone in columns with a zone',
  why: 'asyncpg refuses a time with a zone for a column without one, where psycopg took it: the first row that is written fails.',
  safety: {
    unsafe:
      'the column becomes TIMESTAMP WITH TIME ZONE: a table that is there already needs a migration, and times are read back with their zone',
  },
  docs: 'https://docs.sqlalchemy.org/en/20/core/type_basics.html#sqlalchemy.types.DateTime',
  catalogue: ['py-asyncpg-aware-datetime'],
  fixes: [/can't subtract offset-naive and offset-aware datetimes/],
  literals: ['datetime'],
  detect(document, backend) {
    // What cannot be imported writes no row; once its import is repaired, the next pass looks here again.
    if (!usesAsyncpg(backend) || errorOfImport(document)) return [];
    return classesOf(document)
      .map((definition) => classOf(document, definition))
      .filter((one) => isMapped(backend, one))
      .flatMap(tableFields)
      .flatMap((field) => draft(document, backend, field) ?? []);
  },
} satisfies Transform<'python'>;

const known = new WeakMap<Backend, boolean>();

function usesAsyncpg(backend: Backend): boolean {
  const answer = known.get(backend) ?? driversInUse(backend).some(({ driver }) => driver === 'asyncpg');
  known.set(backend, answer);
  return answer;
}

/** A declarative class, or one of SQLModel that makes a table or is the base of one. */
function isMapped(backend: Backend, one: PythonClass): boolean {
  const home = homeOfClass(one.document, one.definition);
  return home?.kind === 'base' || (home?.kind === 'sqlmodel' && tablesBelow(backend, one).length > 0);
}

function draft(document: PythonDocument, backend: Backend, field: TableField): Draft | undefined {
  const call = field.value?.type === 'call' && !hasSplat(field.value) ? field.value : undefined;
  const factory = call && aware(document, field, call);
  const edits = call && factory ? editsFor(document, backend, field, call) : undefined;
  if (!edits) return undefined;
  return {
    subject: `${field.owner.name}.${field.name}`,
    at: document.place(field.node),
    message: `${field.owner.name}.${field.name} gets times with a zone (${factory?.text}), and its column has none.`,
    edits,
  };
}

/** The default or factory of a column that gives times with a zone. */
function aware(document: PythonDocument, field: TableField, call: Node): Node | undefined {
  const names = isSqlmodelField(field)
    ? ['default_factory']
    : COLUMN.test(field.callee ?? '')
      ? ['default', 'insert_default', 'onupdate']
      : [];
  return names
    .flatMap((name) => keywordValue(call, name) ?? [])
    .find((value) => zoneOf(document, value) === 'aware');
}

function editsFor(
  document: PythonDocument,
  backend: Backend,
  field: TableField,
  call: Node,
): Edit[] | undefined {
  if (isSqlmodelField(field)) return sqlmodelEdits(document, backend, field, call);
  const named = positional(call).find((node) => isDateTime(document, node));
  if (named) return zoned(document, named);
  const untyped =
    positional(call).length === 0 && !keyword(call, 'type_') && field.callee?.endsWith('mapped_column');
  if (!untyped || hasTypeMap(field.owner) || !isDatetimeAnnotated(document, field)) return undefined;
  const [first] = argumentsOf(call);
  const at = first?.startIndex ?? call.endIndex - 1;
  return [
    { file: document.path, start: at, end: at, text: `DateTime(timezone=True)${first ? ', ' : ''}` },
    ...addImport(document, { module: 'sqlalchemy', name: 'DateTime' }),
  ];
}

/** From 0.0.45 on SQLModel's own column has a zone. */
function sqlmodelEdits(
  document: PythonDocument,
  backend: Backend,
  field: TableField,
  call: Node,
): Edit[] | undefined {
  const column = keywordValue(call, 'sa_column');
  const type = keywordValue(call, 'sa_type');
  if (type) return isDateTime(document, type) ? zoned(document, type) : undefined;
  if (column) {
    const named = positional(column).find((node) => isDateTime(document, node));
    return named ? zoned(document, named) : undefined;
  }
  if (
    mayBeFrom(backend, 'sqlmodel', '0.0.45') ||
    !mayBeFrom(backend, 'sqlmodel', '0.0.14') ||
    !isDatetimeAnnotated(document, field)
  )
    return undefined;
  return [
    appendArgument(document, call, 'sa_type=DateTime(timezone=True)'),
    ...addImport(document, { module: 'sqlalchemy', name: 'DateTime' }),
  ];
}

/** `DateTime` and `DateTime()`; one that says its zone is left alone. */
function isDateTime(document: PythonDocument, node: Node): boolean {
  const callee = node.type === 'call' ? node.childForFieldName('function') : node;
  if (!callee || (node.type === 'call' && argumentsOf(node).length > 0)) return false;
  return /^(identifier|attribute)$/.test(callee.type) && DATE_TIME.test(document.externalName(callee) ?? '');
}

function zoned(document: PythonDocument, node: Node): Edit[] {
  const callee = node.type === 'call' ? (node.childForFieldName('function') ?? node) : node;
  return [{ ...document.place(node), text: `${callee.text}(timezone=True)` }];
}

/** A base may map datetime to a type of its own. */
function hasTypeMap(one: PythonClass): boolean {
  const { classes, complete } = lineageOf(one);
  return (
    !complete ||
    classes.some((each) => ownMembers(each).has('type_annotation_map') || ownMembers(each).has('registry'))
  );
}

/** `Mapped[datetime]`, `datetime | None`. */
function isDatetimeAnnotated(document: PythonDocument, { annotation }: TableField): boolean {
  if (!annotation || !/^([\w.]*\[)*[\w.]+( \| None)?\]*$/.test(annotation.text)) return false;
  const names =
    annotation.type === 'identifier'
      ? [annotation]
      : annotation.descendantsOfType(['identifier', 'attribute']);
  return names.some((node) => node !== null && document.externalName(node) === 'datetime.datetime');
}
