import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { calledName } from '../../../src/backend/sqlalchemy-names.ts';
import { unpacked } from '../../../src/backend/unpacked.ts';
import { argumentsOf, hasSplat, removeArgument } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { children, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

/** Arguments that select() had until 1.4, and the method that says the same. */
const METHODS: Record<string, string> = {
  whereclause: 'where',
  from_obj: 'select_from',
  order_by: 'order_by',
  group_by: 'group_by',
  having: 'having',
  limit: 'limit',
  offset: 'offset',
  distinct: 'distinct',
};
/** Arguments that may be one thing or a list of them. */
const MANY = /^(from_obj|order_by|group_by)$/;
const KNOWN =
  /^(columns|whereclause|from_obj|order_by|group_by|having|limit|offset|distinct|for_update|correlate|use_labels|prefixes|bind|suffixes)$/;

export default {
  title: 'Give select its columns one by one',
  why: 'SQLAlchemy 2.0 refuses a list and keyword arguments in select(), so the statement fails when it is made.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  runsFrom: { sqlalchemy: '1.4' },
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#migration-20-5284',
  catalogue: ['py-select-case-legacy'],
  fixes: [
    /Column expression, FROM clause, or other columns clause element expected, got [[(]/,
    /Additional keyword arguments are not accepted by this function\/method/,
  ],
  literals: ['select'],
  detect(document) {
    const calls = document.calls.filter((call) => calledName(document, call) === 'select');
    return onePerFunction(calls.flatMap((call) => ofSelect(document, call) ?? []));
  },
} satisfies Transform<'python'>;

function ofSelect(document: PythonDocument, call: Node): Draft | undefined {
  const all = argumentsOf(call);
  const keywords = all.filter(({ type }) => type === 'keyword_argument');
  const [first, where, from, ...more] = all.filter(({ type }) => type !== 'keyword_argument');
  const columns = keywords.find((each) => nameOf(each) === 'columns');
  const list = columns?.childForFieldName('value') ?? first;
  const edits = list && unpacked(document, list);
  if (!edits && !(keywords.length > 0 && keywords.every((each) => KNOWN.test(nameOf(each)))))
    return undefined;
  const base = { subject: `select ${functionAt(call)}`, at: document.place(call) };
  const message = edits
    ? 'select() takes its columns one by one since SQLAlchemy 2.0; a list is refused.'
    : 'select() takes no keyword arguments since SQLAlchemy 2.0; methods say the same.';
  const legacy = edits && !columns ? [...named('whereclause', where), ...named('from_obj', from)] : [];
  const clauses = [...legacy, ...keywords.filter((each) => each !== columns).map(clauseOf)];
  const methods = clauses.map(({ name, value }) => methodCall(document, name, value));
  const late = columns !== undefined && all[0]?.id !== columns.id;
  if (methods.includes(undefined) || more.length > 0 || hasSplat(call) || late) {
    const next = 'Write the statement with the methods of select(): where(), select_from(), order_by() …';
    return { ...base, message, safety: 'report', next };
  }
  const behind: Edit = {
    file: document.path,
    start: call.endIndex,
    end: call.endIndex,
    text: methods.join(''),
  };
  return {
    ...base,
    message,
    edits: [
      ...(columns && list
        ? [{ file: document.path, start: columns.startIndex, end: list.startIndex, text: '' }]
        : []),
      ...(edits ?? []),
      ...clauses.map(({ argument }) => removeArgument(document, call, argument)),
      ...(methods.length > 0 ? [behind] : []),
    ],
  };
}

interface Clause {
  name: string;
  argument: Node;
  value: Node;
}

function named(name: string, value: Node | undefined): Clause[] {
  return value ? [{ name, argument: value, value }] : [];
}

function clauseOf(argument: Node): Clause {
  return { name: nameOf(argument), argument, value: argument.childForFieldName('value') ?? argument };
}

function nameOf(argument: Node): string {
  return argument.childForFieldName('name')?.text ?? '';
}

/** `.order_by(a, b)`, or undefined where the argument has no method or may be a list that cannot be seen. */
function methodCall(document: PythonDocument, name: string, value: Node): string | undefined {
  const method = METHODS[name];
  if (!method) return undefined;
  if (value.type === 'none') return '';
  if (name === 'distinct')
    return value.text === 'True' ? '.distinct()' : value.text === 'False' ? '' : undefined;
  if (name === 'whereclause' && mayBeNone(document, value)) return undefined;
  if (!MANY.test(name)) return `.${method}(${value.text})`;
  if (value.type === 'list' || value.type === 'tuple') {
    if (value.text.includes('#')) return undefined;
    return `.${method}(${children(value)
      .map(({ text }) => text)
      .join(', ')})`;
  }
  if (unpacked(document, value)) return `.${method}(*${value.text})`;
  return /^(attribute|call|string|binary_operator|unary_operator)$/.test(value.type) || name === 'from_obj'
    ? `.${method}(${value.text})`
    : undefined;
}

/** select() took no notice of a condition that was None; where() makes a NULL of it, and finds no row. */
function mayBeNone(document: PythonDocument, value: Node): boolean {
  if (value.type === 'conditional_expression') return true;
  if (value.type !== 'identifier') return false;
  const bindings = scopeAt(document, value).find(value.text) ?? [];
  return bindings.some(({ kind, node }) => kind === 'parameter' || isNone(node));
}

/** `condition = None`, by the name that is bound. */
function isNone(name: Node): boolean {
  return name.parent?.childForFieldName('right')?.type === 'none';
}
