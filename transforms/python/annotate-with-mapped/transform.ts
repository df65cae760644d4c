import type { Backend } from '../../../src/backend/backend.ts';
import { classesOf } from '../../../src/backend/engines.ts';
import { isSqlModel } from '../../../src/backend/kinds/external.ts';
import { isModel } from '../../../src/backend/kinds/models.ts';
import { calledName, sqlalchemyName } from '../../../src/backend/sqlalchemy-names.ts';
import { keywordValue } from '../../../src/languages/python/arguments.ts';
import {
  basesOf,
  classAt,
  classOf,
  lineageOf,
  membersOf,
  withoutArguments,
} from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { children, descendants, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** What has to stand in Mapped[…] since SQLAlchemy 2.0. `Column(…)` need not: tried with 2.0.58 and 2.1.9. */
const MAPPED_CALLS = /^(relationship|mapped_column|synonym|column_property|composite)$/;
/** Annotations that do not say whether a relationship has one or many. */
const VAGUE = /^(typing\.)?(Any|List|Set|Sequence|Iterable|Collection|list|set|tuple|object)$/;

/** With this in the class or above it, annotations are not looked at. */
const ALLOWED = '__allow_unmapped__';

export default {
  title: 'Annotate mapped attributes with Mapped',
  why: 'SQLAlchemy 2.0 refuses a plain annotation of a relationship or of mapped_column, so the models cannot be imported.',
  safety: {
    unsafe:
      'SQLAlchemy reads the annotation from then on: a column whose type is not Optional becomes NOT NULL, and a relationship has one or many as the annotation says',
  },
  since: { sqlalchemy: '2.0' },
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#migrating-an-existing-mapping',
  catalogue: ['py-declarative-shape'],
  fixes: [/MappedAnnotationError: Type annotation for ".*" can't be correctly interpreted/],
  literals: ['relationship', 'mapped_column', 'synonym', 'column_property', 'composite'],
  detect(document, backend) {
    return classesOf(document).flatMap((definition) => draft(document, backend, definition) ?? []);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, definition: Node): Draft | undefined {
  const one = classOf(document, definition);
  const lineage = lineageOf(one);
  if (!isModel(backend.kinds, one) || lineage.external.some(isSqlModel)) return undefined;
  if (
    !lineage.classes.every((each) =>
      basesOf(each.definition).every((base) => isKnownBase(each.document, base)),
    )
  )
    return undefined;
  if (
    membersOf(one, ALLOWED).length > 0 ||
    backend.documents.some((each) => each.attributesNamed(ALLOWED).length > 0)
  )
    return undefined;
  const plain = children(definition.childForFieldName('body') ?? definition).flatMap((statement) =>
    plainlyAnnotated(document, statement),
  );
  const [first] = plain;
  if (!first) return undefined;
  const names = plain.map(({ name }) => name).join(', ');
  const message = `${names} of ${one.name}: the type has to stand in Mapped[…] since SQLAlchemy 2.0.`;
  const base = { subject: one.name, at: document.place(first.annotation), message };
  const vague = plain.find(({ isVague }) => isVague);
  const taken = document.scopes.module
    .find('Mapped')
    ?.some(({ node }) => sqlalchemyName(document, node) !== 'Mapped');
  if (vague || taken) {
    const next = vague
      ? `Say in Mapped[…] what ${vague.name} is: one, Mapped["Other"], or many, Mapped[list["Other"]].`
      : 'Import Mapped from sqlalchemy.orm under a name that is free here.';
    return { ...base, safety: 'report', next };
  }
  const edits = plain.map(({ annotation }) => ({
    ...document.place(annotation),
    text: `Mapped[${annotation.text}]`,
  }));
  return { ...base, edits: [...edits, ...addImport(document, { module: 'sqlalchemy.orm', name: 'Mapped' })] };
}

/** A class of the project, SQLAlchemy's own, or what declarative_base gives below no class of somebody else's. */
function isKnownBase(document: PythonDocument, base: Node): boolean {
  const origin = document.origin(withoutArguments(base));
  if (origin.kind === 'external') return /^(sqlalchemy|typing|abc)\./.test(origin.name);
  if (origin.kind === 'builtin') return origin.name === 'object';
  if (origin.kind !== 'local') return false;
  if (origin.binding.kind === 'class') return true;
  const { value } = origin.binding;
  const made =
    value?.type === 'call'
      ? (calledName(origin.document, value) ?? outsideName(origin.document, value))
      : undefined;
  if (!value || !/(^|\.)declarative_base$/.test(made ?? '')) return false;
  const cls = keywordValue(value, 'cls');
  const given = cls && classAt(origin.document, cls);
  return (
    cls === undefined ||
    (given !== undefined && membersOf(given, ALLOWED).length === 0 && lineageOf(given).complete)
  );
}

/** `sqlalchemy.ext.declarative.declarative_base`. */
function outsideName(document: PythonDocument, call: Node): string | undefined {
  const callee = call.childForFieldName('function');
  return callee ? document.externalName(callee) : undefined;
}

interface Annotated {
  name: string;
  annotation: Node;
  isVague: boolean;
}

/** `posts: List["Post"] = relationship(…)`. */
function plainlyAnnotated(document: PythonDocument, statement: Node): Annotated[] {
  const assignment = statement.type === 'expression_statement' ? statement.namedChildren[0] : undefined;
  const annotation = assignment?.type === 'assignment' ? assignment.childForFieldName('type') : undefined;
  const value = assignment?.childForFieldName('right');
  const called = value?.type === 'call' ? calledName(document, value) : undefined;
  if (!annotation || !value || !MAPPED_CALLS.test(called ?? '') || isOfMapper(document, annotation))
    return [];
  const name = assignment?.childForFieldName('left')?.text ?? '';
  const lazy = keywordValue(value, 'lazy');
  const loads = lazy ? plainString(lazy) : undefined;
  const text = annotation.text.replace(/^["']|["']$/g, '');
  const isVague =
    called === 'relationship' && (VAGUE.test(text) || /^(dynamic|write_only)$/.test(loads ?? ''));
  return [{ name, annotation, isVague }];
}

/** `Mapped[…]`, `DynamicMapped[…]`, `ClassVar[…]` and everything else that may know how to be mapped. */
function isOfMapper(document: PythonDocument, annotation: Node): boolean {
  const [root] = descendants(annotation, ['identifier', 'attribute', 'string']);
  if (!root) return true;
  if (root.type === 'string') return /Mapped\b|ClassVar\b/.test(root.text);
  const whole = root.parent?.type === 'attribute' ? root.parent : root;
  const origin = document.origin(whole);
  if (origin.kind === 'builtin') return false;
  if (origin.kind === 'local') return origin.binding.kind !== 'class' && origin.binding.kind !== 'assignment';
  if (origin.kind !== 'external') return origin.kind !== 'missing';
  return /^(sqlalchemy|sqlmodel)\b|\.ClassVar$|Mapped$/.test(origin.name);
}
