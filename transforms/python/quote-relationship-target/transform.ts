import { relationshipText } from '../../../src/backend/relationship-text.ts';
import {
  isSqlmodelRelationship,
  sqlmodelClasses,
  type TableField,
  tableFields,
} from '../../../src/backend/table-classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import {
  type Annotation,
  annotationsOf,
  isBoundBefore,
} from '../../../src/languages/python/evaluated-annotations.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { nextLine } from '../../../src/languages/python/layout.ts';
import { removeLines } from '../../../src/languages/python/statement-edits.ts';
import { children, descendants, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Quote the class of a relationship and nothing around it',
  why: 'SQLModel hands an annotation that is a string to SQLAlchemy, which takes list[Hero] for the name of a class; the first query fails.',
  safety: 'safe',
  docs: 'https://sqlmodel.tiangolo.com/tutorial/relationship-attributes/type-annotation-strings/',
  catalogue: ['py-sqlmodel-relationship-annot'],
  fixes: [
    /seems to be using a generic class as the argument to relationship\(\)/,
    /expression '\w+ \| None' failed to locate a name/,
    /expression ".*" failed to locate a name \("'\w+'"\)/,
  ],
  literals: ['Relationship'],
  detect(document) {
    const fields = sqlmodelClasses(document)
      .flatMap(tableFields)
      .filter((field) => isSqlmodelRelationship(field) && field.annotation);
    const future = futureAnnotations(document);
    if (future) return behindFuture(document, fields, future);
    return fields.flatMap((field) => quoted(document, field));
  },
} satisfies Transform<'python'>;

/** `from __future__ import annotations`. */
function futureAnnotations(document: PythonDocument): Node | undefined {
  return children(document.root).find(
    ({ type, text }) => type === 'future_import_statement' && /\bannotations\b/.test(text),
  );
}

/** `"list[Hero]"` becomes `list["Hero"]`. */
function quoted(document: PythonDocument, field: TableField): Draft[] {
  const { annotation, owner, name } = field;
  const written = annotation && plainString(annotation);
  const wanted = written === undefined ? undefined : relationshipText(written);
  if (!annotation || written === undefined || !wanted || wanted.text === `"${written}"`) return [];
  return [
    {
      subject: `${owner.name}.${name}`,
      at: document.place(annotation),
      message: `${owner.name}.${name} is annotated with a string that is no class: ${written}.`,
      edits: [
        { ...document.place(annotation), text: wanted.text },
        ...optionalImport(document, wanted.optional),
      ],
    },
  ];
}

function optionalImport(document: PythonDocument, wanted: boolean): Edit[] {
  return wanted && !document.scopes.module.bindings.has('Optional')
    ? addImport(document, { module: 'typing', name: 'Optional' })
    : [];
}

/** With the future import every annotation is a string: it goes, and what Python could not evaluate then is quoted by itself. */
function behindFuture(document: PythonDocument, fields: TableField[], future: Node): Draft[] {
  const broken = fields.filter(({ annotation }) => annotation && needsEvaluation(annotation));
  const [first] = broken;
  if (!first) return [];
  const edits = editsFor(document, fields, future);
  return [
    {
      subject: 'future annotations',
      at: document.place(future),
      message: `This makes a string of every annotation, ${first.owner.name}.${first.name} with ${first.annotation?.text} among them.`,
      ...(edits
        ? { edits }
        : {
            safety: 'report' as const,
            next: 'Take the import away, and quote the classes that are defined further down, one by one.',
          }),
    },
  ];
}

/** A plain name works as a string too. */
function needsEvaluation(annotation: Node): boolean {
  return !/^(identifier|attribute)$/.test(annotation.type);
}

/** The line goes with the empty one behind it, which parted it from the other imports. */
function withGap({ text }: PythonDocument, removal: Edit): Edit {
  const next = nextLine(text, removal.end);
  return text.slice(removal.end, next).trim() === '' ? { ...removal, end: next } : removal;
}

function editsFor(document: PythonDocument, fields: TableField[], future: Node): Edit[] | undefined {
  const removal = /^from\s+__future__\s+import\s+\(?\s*annotations\s*,?\s*\)?$/.test(future.text)
    ? removeLines(document, future)
    : undefined;
  if (!removal) return undefined;
  const relationships = new Set(fields.flatMap(({ annotation }) => (annotation ? [annotation.id] : [])));
  const edits: Edit[] = [withGap(document, removal)];
  let optional = false;
  for (const annotation of annotationsOf(document)) {
    if (isEvaluable(document, annotation)) continue;
    if (relationships.has(annotation.node.id)) {
      const wanted = relationshipText(unquoted(annotation.node));
      if (!wanted) return undefined;
      optional ||= wanted.optional;
      edits.push({ ...document.place(annotation.node), text: wanted.text });
    } else {
      if (/["'\n]/.test(annotation.node.text)) return undefined;
      edits.push({ ...document.place(annotation.node), text: `"${annotation.node.text}"` });
    }
  }
  return [...edits, ...optionalImport(document, optional)];
}

/** `list["Hero"]` as it would stand in one string. */
function unquoted(node: Node): string {
  return node.text.replace(/["']/g, '');
}

/** True where Python can evaluate an annotation where it stands: every name of it is bound by then, and no `|` meets a string. */
function isEvaluable(document: PythonDocument, { node, statement }: Annotation): boolean {
  const names = document.scopes.references.filter(
    (reference) => reference.node.startIndex >= node.startIndex && reference.node.endIndex <= node.endIndex,
  );
  const union = node.type === 'binary_operator' || descendants(node, 'binary_operator').length > 0;
  if (union && descendants(node, 'string').length > 0) return false;
  return names.every((reference) => isBoundBefore(reference, statement));
}
