import { keywordValue, positional } from '../languages/python/arguments.ts';
import {
  basesOf,
  classAt,
  classKeyword,
  classOf,
  lineageOf,
  type PythonClass,
} from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { bodyOf } from '../languages/python/statement-edits.ts';
import { plainString } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { classesOf } from './engines.ts';
import { homeOfClass, type MetadataHome } from './models.ts';
import { isSqlmodelTable, writtenTableName } from './table-classes.ts';

/** A table of the backend, by the name that foreign keys use. */
export interface NamedTable {
  name: string;
  one?: PythonClass;
  home?: MetadataHome;
}

/** Operations of a migration that name a table which is there afterwards, and the argument that does. */
const MAKES_TABLE: Readonly<Record<string, { keyword: string; at: number }>> = {
  'alembic.op.create_table': { keyword: 'table_name', at: 0 },
  'alembic.op.rename_table': { keyword: 'new_table_name', at: 1 },
};

const known = new WeakMap<Backend, NamedTable[] | undefined>();

/**
 * Every table that the backend declares; undefined where one of them has a name that cannot be told, or tables come from elsewhere
 * (reflection, automap, a base of another package): then none can be said to be missing.
 */
export function namedTables(backend: Backend): NamedTable[] | undefined {
  if (!known.has(backend)) known.set(backend, findTables(backend));
  return known.get(backend);
}

function findTables(backend: Backend): NamedTable[] | undefined {
  const tables: NamedTable[] = [];
  for (const document of backend.documents.filter(({ text }) => /class|Table\(|_table\(/.test(text))) {
    if (/automap_base|\.reflect\(|autoload_with|DeferredReflection/.test(document.text)) return undefined;
    const own = [...classTables(document), ...plainTables(document), ...migratedTables(document)];
    if (own.includes('unknown')) return undefined;
    tables.push(...own.flatMap((each) => (each === 'unknown' ? [] : each)));
  }
  return tables;
}

function classTables(document: PythonDocument): (NamedTable | 'unknown')[] {
  return classesOf(document).flatMap((definition): (NamedTable | 'unknown')[] => {
    const home = basesOf(definition).length > 0 ? homeOfClass(document, definition) : undefined;
    const one = classOf(document, definition);
    if (!home) return isUnreadable(one) ? ['unknown'] : [];
    if (home.kind === 'sqlmodel' && !isSqlmodelTable(one)) return [];
    if (classKeyword(definition, 'table')?.text === 'False') return [];
    const name = tableName(one, home);
    return name === undefined ? [] : name === 'unknown' ? ['unknown'] : [{ name, one, home }];
  });
}

/** A class that is mapped by its looks, below a base that is not to be followed: `db.Model` of Flask-SQLAlchemy names its tables itself. */
function isUnreadable(one: PythonClass): boolean {
  if (writtenTableName(one) !== undefined) return true;
  const mapped = bodyOf(one.definition).some(({ text }) =>
    /\b(Column|mapped_column|relationship)\(/.test(text),
  );
  return mapped && (!lineageOf(one).complete || basesOf(one.definition).length > 0);
}

function tableName(one: PythonClass, home: MetadataHome): string | undefined {
  const { classes, external } = lineageOf(one);
  const written = classes.map(writtenTableName).find((each) => each !== undefined);
  if (written !== undefined) return written;
  if (home.kind === 'sqlmodel') return one.name.toLowerCase();
  return external.some(isForeign) || isNamedByBase(home) ? 'unknown' : undefined;
}

function isForeign(name: string): boolean {
  return !/^(sqlalchemy|builtins|typing|abc|enum)\./.test(name);
}

/** `declarative_base(cls=ModelBase)`, whose class names the tables or cannot be read. */
function isNamedByBase(home: MetadataHome): boolean {
  if (home.kind !== 'base') return false;
  const value = home.document.scopes.module.bindings.get(home.name)?.[0]?.value;
  const given = value?.type === 'call' ? keywordValue(value, 'cls') : undefined;
  if (!given) return false;
  const one = classAt(home.document, given);
  if (!one) return true;
  const { classes, external, complete } = lineageOf(one);
  return (
    !complete || external.some(isForeign) || classes.some((each) => writtenTableName(each) !== undefined)
  );
}

/** `Table("name", metadata, …)`. */
function plainTables(document: PythonDocument): (NamedTable | 'unknown')[] {
  if (!document.text.includes('Table(')) return [];
  return document.calls.flatMap((call): (NamedTable | 'unknown')[] => {
    const callee = call.childForFieldName('function');
    if (!callee || !/^(sqlalchemy|sqlmodel)(\.\w+)*\.Table$/.test(document.externalName(callee) ?? ''))
      return [];
    const given = keywordValue(call, 'name') ?? positional(call)[0];
    const name = given && plainString(given);
    return [name === undefined ? 'unknown' : { name }];
  });
}

/** `op.create_table("name", …)` of a migration: its own foreign keys are looked up in the database. */
function migratedTables(document: PythonDocument): (NamedTable | 'unknown')[] {
  if (!document.text.includes('_table(')) return [];
  return document.calls.flatMap((call): (NamedTable | 'unknown')[] => {
    const callee = call.childForFieldName('function');
    const makes = callee ? MAKES_TABLE[document.externalName(callee) ?? ''] : undefined;
    if (!makes) return [];
    const given = keywordValue(call, makes.keyword) ?? positional(call)[makes.at];
    const name = given && plainString(given);
    return [name === undefined ? 'unknown' : { name }];
  });
}
