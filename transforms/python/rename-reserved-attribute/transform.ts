import type { Backend } from '../../../src/backend/backend.ts';
import { classesOf } from '../../../src/backend/engines.ts';
import { isModel } from '../../../src/backend/kinds/models.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { calledName } from '../../../src/backend/sqlalchemy-names.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import { argumentsOf, keyword, positional } from '../../../src/languages/python/arguments.ts';
import { classOf, isSameClass, membersOf, type PythonClass } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { children, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

const RESERVED = 'metadata';
/** What `Model.metadata` is asked for where the MetaData itself is meant. */
const OF_METADATA =
  /^(create_all|drop_all|reflect|tables|sorted_tables|bind|naming_convention|schema|clear|remove)$/;

export default {
  title: 'Give the attribute a name that is not reserved',
  why: "A mapped class has its tables' MetaData under the name metadata, so SQLAlchemy below 2.1 refuses to map a column of that name.",
  safety: {
    unsafe: 'serialisers, templates and getattr that take the attribute by its name still say metadata',
  },
  docs: 'https://docs.sqlalchemy.org/en/20/orm/declarative_tables.html#orm-declarative-metadata',
  catalogue: ['py-declarative-shape'],
  fixes: [/Attribute name 'metadata' is reserved when using the Declarative API/],
  literals: [RESERVED],
  detect(document, backend) {
    // From 2.1 on it is a warning.
    if (sqlalchemyMayBe(backend, '2.1')) return [];
    return classesOf(document).flatMap((definition) => draft(document, backend, definition) ?? []);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, definition: Node): Draft | undefined {
  const one = classOf(document, definition);
  const attribute = children(definition.childForFieldName('body') ?? definition).flatMap(
    (statement) => reservedAttribute(document, statement) ?? [],
  )[0];
  if (!attribute || !isModel(backend.kinds, one)) return undefined;
  const { left, call } = attribute;
  const message = `${one.name}.${RESERVED} is the MetaData of the mapping; SQLAlchemy below 2.1 refuses a column there.`;
  const base = { subject: one.name, at: document.place(left), message };
  const free = `${RESERVED}_`;
  if (calledName(document, call) === 'Field' || membersOf(one, free).length > 0) {
    const next = 'Call the attribute something else, and the column metadata: Column("metadata", …).';
    return { ...base, safety: 'report', next };
  }
  const [first] = positional(call);
  const named = (first && plainString(first) !== undefined) || keyword(call, 'name') !== undefined;
  const isColumn = /^(Column|mapped_column)$/.test(calledName(document, call) ?? '');
  return {
    ...base,
    edits: [
      { ...document.place(left), text: free },
      ...(named || !isColumn ? [] : [columnName(document, call)]),
      ...backend.documents.flatMap((each) => usesIn(each, backend, one, free)),
    ],
  };
}

/** `metadata = Column(…)` in the body of a class. */
function reservedAttribute(
  document: PythonDocument,
  statement: Node,
): { left: Node; call: Node } | undefined {
  const assignment = statement.type === 'expression_statement' ? statement.namedChildren[0] : undefined;
  const left = assignment?.type === 'assignment' ? assignment.childForFieldName('left') : undefined;
  const call = assignment?.childForFieldName('right');
  if (left?.text !== RESERVED || call?.type !== 'call') return undefined;
  const mapped = /^(Column|mapped_column|relationship|Field)$/.test(calledName(document, call) ?? '');
  return mapped ? { left, call } : undefined;
}

function columnName(document: PythonDocument, call: Node): Edit {
  const at = (call.childForFieldName('arguments')?.startIndex ?? call.endIndex - 2) + 1;
  const text = argumentsOf(call).length > 0 ? `"${RESERVED}", ` : `"${RESERVED}"`;
  return { file: document.path, start: at, end: at, text };
}

/** `item.metadata` and `Item(metadata=…)`, as far as it is known that the item is one. */
function usesIn(document: PythonDocument, backend: Backend, one: PythonClass, free: string): Edit[] {
  if (!document.text.includes(RESERVED)) return [];
  const rename = (node: Node): Edit => ({ ...document.place(node), text: free });
  const attributes = document.attributesNamed(RESERVED).flatMap((node) => {
    const object = node.childForFieldName('object');
    const name = node.childForFieldName('attribute');
    const asked = node.parent?.type === 'attribute' ? node.parent.childForFieldName('attribute')?.text : '';
    return object && name && isOf(backend, document, object, one) && !OF_METADATA.test(asked ?? '')
      ? [rename(name)]
      : [];
  });
  const calls = document.calls.flatMap((call) => {
    const callee = call.childForFieldName('function');
    const name = keyword(call, RESERVED)?.childForFieldName('name');
    return callee && name && isOf(backend, document, callee, one) ? [rename(name)] : [];
  });
  return [...attributes, ...calls];
}

function isOf(backend: Backend, document: PythonDocument, node: Node, one: PythonClass): boolean {
  const kind = kindOf(backend, document, node);
  return (
    /^model(-class)?$/.test(kind?.what ?? '') && kind?.class !== undefined && isSameClass(kind.class, one)
  );
}
