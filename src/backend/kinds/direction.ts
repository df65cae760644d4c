import { keywordValue, positional } from '../../languages/python/arguments.ts';
import {
  classAt,
  isSameClass,
  lineageOf,
  ownMembers,
  type PythonClass,
} from '../../languages/python/classes.ts';
import type { PythonDocument } from '../../languages/python/document.ts';
import { descendants, type Node, plainString } from '../../languages/python/tree.ts';
import { calledName } from '../sqlalchemy-names.ts';
import { writtenTableName } from '../table-classes.ts';

/**
 * Whether a relationship that nothing annotates leads to many: one with a table between, and one to a class that has the foreign
 * key. Undefined where both classes have one, or neither, or where one of them cannot be read.
 */
export function leadsToMany(owner: PythonClass, target: PythonClass, call: Node): boolean | undefined {
  const list = keywordValue(call, 'uselist')?.text;
  if (list !== undefined) return list === 'False' ? false : list === 'True' ? true : undefined;
  if (keywordValue(call, 'secondary')) return true;
  if (isSameClass(owner, target)) return undefined;
  const out = refersTo(owner, target);
  const back = refersTo(target, owner);
  return out === undefined || back === undefined || out === back ? undefined : back;
}

/** True where a column of one class is a foreign key to the table of another; undefined where that cannot be told. */
function refersTo(one: PythonClass, other: PythonClass): boolean | undefined {
  const table = tableOf(other);
  const answers = foreignKeys(one).map(({ document, given }) => {
    const text = plainString(given);
    if (text !== undefined) return table === undefined ? undefined : text.split('.').at(-2) === table;
    const object = given.type === 'attribute' ? given.childForFieldName('object') : null;
    const named = object ? classAt(document, object) : undefined;
    return named && isSameClass(named, other);
  });
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function tableOf(one: PythonClass): string | undefined {
  const written = lineageOf(one)
    .classes.map(writtenTableName)
    .find((each) => each !== undefined);
  return written === 'unknown' ? undefined : written;
}

/** What `ForeignKey` is given in the columns of a class and of the classes above it. */
function foreignKeys(one: PythonClass): { document: PythonDocument; given: Node }[] {
  const members = lineageOf(one).classes.flatMap((each) => [...ownMembers(each).values()].flat());
  return members.flatMap(({ owner, binding, value }) => {
    const column = binding?.value ?? value;
    if (column?.type !== 'call') return [];
    return [column, ...descendants(column, 'call')].flatMap((call) => {
      const given = keywordValue(call, 'column') ?? positional(call)[0];
      return given && calledName(owner.document, call) === 'ForeignKey'
        ? [{ document: owner.document, given }]
        : [];
    });
  });
}
