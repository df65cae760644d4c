import type { Backend } from '../../../src/backend/backend.ts';
import { classesOf } from '../../../src/backend/engines.ts';
import {
  isSqlmodelRelationship,
  sqlmodelClasses,
  type TableField,
  tableFields,
} from '../../../src/backend/table-classes.ts';
import { keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import { classOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { descendants, type Node, plainString } from '../../../src/languages/python/tree.ts';
import { nearest } from '../../../src/plan/id-patterns.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

const RELATIONSHIP = /^sqlalchemy\.orm(\.\w+)*\.relationship$/;

export default {
  title: 'Name a class that there is in a relationship',
  why: 'SQLAlchemy looks the class up by its name at the first query, finds none, and every query fails from then on.',
  safety: 'report',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/basic_relationships.html#late-evaluation-of-relationship-arguments',
  catalogue: ['py-relationship-name-fk'],
  fixes: [/expression '\w+' failed to locate a name \('\w+'\)/],
  literals: ['Relationship', 'relationship'],
  detect(document, backend) {
    const classes = classNames(backend);
    return [...sqlmodelTargets(document), ...sqlalchemyTargets(document)].flatMap(({ field, node, name }) =>
      classes.has(name) || document.scopes.module.bindings.has(name)
        ? []
        : [draft(document, field, node, name, classes)],
    );
  },
} satisfies Transform<'python'>;

interface Target {
  field: TableField;
  /** The string. */
  node: Node;
  name: string;
}

/** `team: Optional["Team"] = Relationship(…)`. */
function sqlmodelTargets(document: PythonDocument): Target[] {
  return sqlmodelClasses(document)
    .flatMap(tableFields)
    .filter(isSqlmodelRelationship)
    .flatMap((field) => {
      const { annotation } = field;
      const strings =
        annotation?.type === 'string' ? [annotation] : annotation ? descendants(annotation, 'string') : [];
      return strings.length === 1 ? strings.flatMap((node) => named(field, node)) : [];
    });
}

/** `relationship("Team", …)`. */
function sqlalchemyTargets(document: PythonDocument): Target[] {
  if (!document.text.includes('relationship(')) return [];
  return classesOf(document)
    .map((definition) => classOf(document, definition))
    .flatMap(tableFields)
    .filter(({ callee }) => RELATIONSHIP.test(callee ?? ''))
    .flatMap((field) => {
      const given = field.value && (keywordValue(field.value, 'argument') ?? positional(field.value)[0]);
      return given ? named(field, given) : [];
    });
}

/** A plain name in quotes; a path of modules or an expression is looked up in another way. */
function named(field: TableField, node: Node): Target[] {
  const name = plainString(node);
  return name !== undefined && /^[A-Za-z_]\w*$/.test(name) ? [{ field, node, name }] : [];
}

const known = new WeakMap<Backend, ReadonlySet<string>>();

function classNames(backend: Backend): ReadonlySet<string> {
  const found =
    known.get(backend) ??
    new Set(
      backend.documents
        .filter(({ text }) => text.includes('class '))
        .flatMap((document) => classesOf(document).map((each) => each.childForFieldName('name')?.text ?? '')),
    );
  known.set(backend, found);
  return found;
}

function draft(
  document: PythonDocument,
  { owner, name }: TableField,
  node: Node,
  target: string,
  classes: ReadonlySet<string>,
): Draft {
  const near = nearest(target, [...classes]);
  return {
    subject: `${owner.name}.${name}`,
    at: document.place(node),
    message: `${owner.name}.${name} leads to ${target}, and no class here is called that.`,
    next: near ? `Did you mean ${near}?` : `Name the class that ${name} holds, or write it.`,
  };
}
