import { allAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { classesOf } from '../../../src/backend/engines.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { type TableField, tableFields } from '../../../src/backend/table-classes.ts';
import { type TypeExpression, typeAt, typingName } from '../../../src/languages/python/annotations.ts';
import { argumentsOf, keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import { classOf, lineageOf, ownMembers, type PythonClass } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { type Node, plainString } from '../../../src/languages/python/tree.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

const COLUMNS = /^sqlalchemy(\.orm|\.schema|\.sql\.schema)?\.(Column|mapped_column)$|^sqlmodel\.Column$/;
const STRINGS = /^(sqlalchemy(\.types|\.sql\.sqltypes)?|sqlmodel)\.(String|Unicode|VARCHAR)$/;

export default {
  title: 'Give the strings of MySQL a length',
  why: 'MySQL has no VARCHAR without a length, so the tables cannot be made.',
  safety: { unsafe: 'longer texts are refused by the server, or cut off where it is not strict' },
  docs: 'https://docs.sqlalchemy.org/en/20/core/type_basics.html#sqlalchemy.types.String',
  catalogue: ['py-mysql-misc'],
  fixes: [/VARCHAR requires a length on dialect (mysql|mariadb)/],
  literals: ['String', 'Unicode', 'VARCHAR', 'Mapped'],
  detect(document, backend) {
    if (isTest(document.path) || !isMysql(backend)) return [];
    return [...written(document), ...annotated(document)];
  },
} satisfies Transform<'python'>;

function written(document: PythonDocument): Draft[] {
  return document.calls
    .filter((call) => COLUMNS.test(document.externalName(call.childForFieldName('function') ?? call) ?? ''))
    .flatMap((call) => stringsOf(document, call))
    .map(({ type, kind, edit }) => ({
      subject: `${kind} of ${columnName(type)}`,
      at: document.place(type),
      message: `${type.text} has no length, which MySQL wants.`,
      edits: [edit],
    }));
}

/** `name: Mapped[str]`, with `mapped_column(…)` that names no type or without any: SQLAlchemy makes a String of it. */
function annotated(document: PythonDocument): Draft[] {
  if (!document.text.includes('Mapped')) return [];
  return classesOf(document)
    .filter((definition) => !mapsTypes(classOf(document, definition)))
    .flatMap((definition) => tableFields(classOf(document, definition)))
    .flatMap((field) => {
      const edits =
        field.annotation && isMappedText(document, field.annotation) && withLength(document, field);
      const message = `Mapped[str] makes a string without a length, which MySQL wants.`;
      return edits
        ? [{ subject: `Mapped of ${field.name}`, at: document.place(field.node), message, edits }]
        : [];
    });
}

/** A class that says itself which types become which columns. */
function mapsTypes(one: PythonClass): boolean {
  const { classes, complete } = lineageOf(one);
  return !complete || classes.some((each) => ownMembers(each).has('type_annotation_map'));
}

/** `Mapped[str]`, `Mapped[Optional[str]]` and `Mapped[str | None]`. */
function isMappedText(document: PythonDocument, annotation: Node): boolean {
  const type = typeAt(document, annotation);
  if (type.form !== 'applied' || type.base.form !== 'name' || type.base.origin.kind !== 'external')
    return false;
  return /^sqlalchemy\.orm(\.\w+)?\.Mapped$/.test(type.base.origin.name) && isText(type.args[0]);
}

function isText(type: TypeExpression | undefined): boolean {
  if (type?.form === 'union') {
    const real = type.members.filter(({ form }) => form !== 'none');
    return real.length === 1 && isText(real[0]);
  }
  if (type?.form === 'applied') return typingName(type.base) === 'Optional' && isText(type.args[0]);
  return type?.form === 'name' && type.origin.kind === 'builtin' && type.origin.name === 'str';
}

/** `mapped_column(String(255), …)`, with the imports that it needs; undefined where the column has a type, or is of another kind. */
function withLength(document: PythonDocument, field: TableField): Edit[] | undefined {
  const { value } = field;
  if (isOther(document, 'String', STRINGS) || isOther(document, 'mapped_column', COLUMNS)) return undefined;
  const strings = addImport(document, { module: 'sqlalchemy', name: 'String' });
  if (!value) {
    const end = field.statement.endIndex;
    const text = ' = mapped_column(String(255))';
    const columns = addImport(document, { module: 'sqlalchemy.orm', name: 'mapped_column' });
    return [{ file: document.path, start: end, end, text }, ...strings, ...columns];
  }
  const list = value.childForFieldName('arguments');
  if (value.type !== 'call' || !list || !/\.mapped_column$/.test(field.callee ?? '')) return undefined;
  const [name, ...others] = positional(value);
  const isNamed = name !== undefined && plainString(name) !== undefined;
  if (others.length > 0 || (name && !isNamed) || keywordValue(value, 'type_')) return undefined;
  if (isNamed)
    return [
      { file: document.path, start: name.endIndex, end: name.endIndex, text: ', String(255)' },
      ...strings,
    ];
  const start = list.startIndex + 1;
  const rest = argumentsOf(value).length > 0 ? ', ' : '';
  return [{ file: document.path, start, end: start, text: `String(255)${rest}` }, ...strings];
}

/** True where a name of SQLAlchemy means something else in this module. */
function isOther(document: PythonDocument, name: string, meant: RegExp): boolean {
  const bindings = document.scopes.module.bindings.get(name) ?? [];
  return bindings.some(({ node }) => !meant.test(document.externalName(node) ?? ''));
}

/** True where every address that is known is MySQL's or MariaDB's. */
function isMysql(backend: Backend): boolean {
  const dialects = allAddresses(backend)
    .filter(({ engine }) => !isTest(engine.document.path))
    .flatMap(({ places }) => places.flatMap((place) => parseDatabaseUrl(place.text)?.dialect ?? []));
  return dialects.length > 0 && dialects.every((dialect) => /^(mysql|mariadb)$/.test(dialect));
}

/** `Column(String)` and `Column(String())`. */
function stringsOf(document: PythonDocument, call: Node) {
  return positional(call).flatMap((type) => {
    const name = type.type === 'call' ? type.childForFieldName('function') : type;
    if (!name || !STRINGS.test(document.externalName(name) ?? '')) return [];
    if (type.type === 'call' && argumentsOf(type).length > 0) return [];
    return [
      {
        type,
        kind: STRINGS.exec(document.externalName(name) ?? '')?.[3] ?? 'String',
        edit: { ...document.place(type), text: `${name.text}(255)` },
      },
    ];
  });
}

/** What the column is called, so that two of them are two findings. */
function columnName(type: Node): string {
  for (let at: Node | null = type; at; at = at.parent)
    if (at.type === 'assignment') return at.childForFieldName('left')?.text ?? 'a column';
  return 'a column';
}
