import { engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { argumentsOf, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Transform } from '../../../src/transform.ts';

const COLUMNS = /^sqlalchemy(\.orm|\.schema|\.sql\.schema)?\.(Column|mapped_column)$|^sqlmodel\.Column$/;
const STRINGS = /^(sqlalchemy(\.types|\.sql\.sqltypes)?|sqlmodel)\.(String|Unicode|VARCHAR)$/;

export default {
  title: 'Give the strings of MySQL a length',
  why: 'MySQL has no VARCHAR without a length, so the tables cannot be made.',
  safety: { unsafe: 'longer texts are refused by the server, or cut off where it is not strict' },
  docs: 'https://docs.sqlalchemy.org/en/20/core/type_basics.html#sqlalchemy.types.String',
  catalogue: ['py-mysql-misc'],
  fixes: [/VARCHAR requires a length on dialect (mysql|mariadb)/],
  literals: ['String', 'Unicode', 'VARCHAR'],
  detect(document, backend) {
    if (isTest(document.path) || !isMysql(backend)) return [];
    return document.calls
      .filter((call) => COLUMNS.test(document.externalName(call.childForFieldName('function') ?? call) ?? ''))
      .flatMap((call) => stringsOf(document, call))
      .map(({ type, kind, edit }) => ({
        subject: `${kind} of ${columnName(type)}`,
        at: document.place(type),
        message: `${type.text} has no length, which MySQL wants.`,
        edits: [edit],
      }));
  },
} satisfies Transform<'python'>;

/** True where every address that is known is MySQL's or MariaDB's. */
function isMysql(backend: Backend): boolean {
  const dialects = engineAddresses(backend)
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
