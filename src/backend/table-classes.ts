import { basesOf, classKeyword, classOf, lineageOf, type PythonClass } from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { bodyOf } from '../languages/python/statement-edits.ts';
import { type Node, plainString } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { classesOf } from './engines.ts';

const SQLMODEL = /^sqlmodel\.(main\.)?SQLModel$/;

/** A field or column in the body of a class: `name: annotation = value`. */
export interface TableField {
  owner: PythonClass;
  name: string;
  node: Node;
  statement: Node;
  /** The expression of the annotation. */
  annotation?: Node;
  value?: Node;
  /** The dotted name of what the value calls: `sqlmodel.Field`. */
  callee?: string;
}

/** The fields that a class itself declares, in the order of the text. */
export function tableFields(owner: PythonClass): TableField[] {
  return bodyOf(owner.definition).flatMap((statement) => {
    const assignment = statement.type === 'expression_statement' ? statement.namedChildren[0] : undefined;
    const node = assignment?.type === 'assignment' ? assignment.childForFieldName('left') : undefined;
    if (!assignment || node?.type !== 'identifier') return [];
    const annotation = assignment.childForFieldName('type')?.namedChildren[0];
    const value = assignment.childForFieldName('right');
    const called = value?.type === 'call' ? value.childForFieldName('function') : undefined;
    const callee = called ? owner.document.externalName(called) : undefined;
    return [
      {
        owner,
        name: node.text,
        node,
        statement,
        ...(annotation && { annotation }),
        ...(value && { value }),
        ...(callee && { callee }),
      },
    ];
  });
}

/** True for `Field(…)` of SQLModel. */
export function isSqlmodelField({ callee }: TableField): boolean {
  return callee === 'sqlmodel.Field' || callee === 'sqlmodel.main.Field';
}

/** True for `Relationship(…)` of SQLModel. */
export function isSqlmodelRelationship({ callee }: TableField): boolean {
  return callee === 'sqlmodel.Relationship' || callee === 'sqlmodel.main.Relationship';
}

/** True for a class of SQLModel, with a table or without. */
function isSqlmodelClass(one: PythonClass): boolean {
  return lineageOf(one).external.some((name) => SQLMODEL.test(name));
}

export function isSqlmodelTable(one: PythonClass): boolean {
  return classKeyword(one.definition, 'table')?.text === 'True' && isSqlmodelClass(one);
}

/** Classes of a document that inherit from SQLModel. */
export function sqlmodelClasses(document: PythonDocument): PythonClass[] {
  if (!document.text.includes('class ')) return [];
  return classesOf(document)
    .map((definition) => classOf(document, definition))
    .filter((one) => basesOf(one.definition).length > 0 && isSqlmodelClass(one));
}

const known = new WeakMap<Backend, ReadonlyMap<string, PythonClass[]>>();

/** The tables that take fields from a class: itself where it is one, and those below it. */
export function tablesBelow(backend: Backend, one: PythonClass): PythonClass[] {
  const byClass = known.get(backend) ?? findTables(backend);
  known.set(backend, byClass);
  return byClass.get(keyOf(one)) ?? [];
}

function findTables(backend: Backend): ReadonlyMap<string, PythonClass[]> {
  const found = new Map<string, PythonClass[]>();
  for (const document of backend.documents.filter(({ text }) => text.includes('table'))) {
    for (const table of sqlmodelClasses(document).filter(isSqlmodelTable)) {
      for (const each of lineageOf(table).classes) {
        const key = keyOf(each);
        found.set(key, [...(found.get(key) ?? []), table]);
      }
    }
  }
  return found;
}

function keyOf({ document, definition }: PythonClass): string {
  return `${document.path} ${definition.id}`;
}

/** `__tablename__` of a class itself, where it is written out; `unknown` where something else decides. */
export function writtenTableName(one: PythonClass): string | 'unknown' | undefined {
  for (const statement of bodyOf(one.definition)) {
    const inner =
      statement.type === 'decorated_definition' ? statement.childForFieldName('definition') : statement;
    if (inner?.type === 'function_definition' && inner.childForFieldName('name')?.text === '__tablename__')
      return 'unknown';
    const assignment = statement.type === 'expression_statement' ? statement.namedChildren[0] : undefined;
    if (assignment?.childForFieldName('left')?.text !== '__tablename__') continue;
    const value = assignment.childForFieldName('right');
    return (value && plainString(value)) ?? 'unknown';
  }
  return undefined;
}
