import { versionReason } from '../../../src/backend/package-version.ts';
import {
  isSqlmodelField,
  sqlmodelClasses,
  type TableField,
  tableFields,
  tablesBelow,
} from '../../../src/backend/table-classes.ts';
import { zoneOf } from '../../../src/backend/times.ts';
import { hasSplat, keyword, keywordValue } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { descendants, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Say that a field of a table holds times without a zone',
  why: 'From SQLModel 0.0.45 on a datetime column refuses times without a zone, so the first row that is written fails.',
  safety: { unsafe: 'it wants SQLModel 0.0.45 or later, and a time with a zone is then refused by asyncpg' },
  since: { sqlmodel: '0.0.45' },
  docs: 'https://sqlmodel.tiangolo.com/release-notes/',
  catalogue: ['py-asyncpg-aware-datetime'],
  fixes: [/Datetime values must have timezone information/],
  literals: ['datetime'],
  detect(document, backend) {
    if (!backend.requires('sqlmodel')) return [];
    const because = versionReason(backend, 'sqlmodel');
    return sqlmodelClasses(document)
      .filter((one) => tablesBelow(backend, one).length > 0)
      .flatMap(tableFields)
      .flatMap((field) => draft(document, field, because) ?? []);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, field: TableField, because: string): Draft | undefined {
  const { annotation, owner, name } = field;
  const type = annotation && datetimeIn(document, annotation);
  const given = type && defaultOf(field);
  if (!type || !given || zoneOf(document, given) !== 'naive') return undefined;
  const free = !document.scopes.module.bindings.has('NaiveDatetime');
  return {
    subject: `${owner.name}.${name}`,
    at: document.place(field.node),
    message: `${owner.name}.${name} gets times without a zone, which SQLModel 0.0.45 (${because}) refuses.`,
    edits: [
      { ...document.place(type), text: 'NaiveDatetime' },
      ...(free ? addImport(document, { module: 'pydantic', name: 'NaiveDatetime' }) : []),
    ],
  };
}

/** The `datetime` of `datetime`, `Optional[datetime]`, `datetime | None`. */
function datetimeIn(document: PythonDocument, annotation: Node): Node | undefined {
  const names = /^(identifier|attribute)$/.test(annotation.type)
    ? [annotation]
    : [...descendants(annotation, 'attribute'), ...descendants(annotation, 'identifier')];
  const found = names.filter((node) => document.externalName(node) === 'datetime.datetime');
  const [only, other] = found;
  return only && !other && /^[\w.]+$|^[\w.]*Optional\[[\w.]+\]$|^[\w.]+ \| None$/.test(annotation.text)
    ? only
    : undefined;
}

/** What fills the field: its default, its factory, or what the column does at each update. */
function defaultOf(field: TableField): Node | undefined {
  const call = field.value?.type === 'call' && isSqlmodelField(field) ? field.value : undefined;
  if (!call || hasSplat(call) || keyword(call, 'sa_column') || keyword(call, 'sa_type')) return undefined;
  return keywordValue(call, 'default_factory');
}
