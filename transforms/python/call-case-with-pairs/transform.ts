import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { calledName } from '../../../src/backend/sqlalchemy-names.ts';
import { unpacked } from '../../../src/backend/unpacked.ts';
import { argumentsOf } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Give case its conditions one by one',
  why: 'SQLAlchemy 2.0 refuses a list of conditions and the keyword whens in case(), so the statement fails when it is made.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  runsFrom: { sqlalchemy: '1.4' },
  docs: 'https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.case',
  catalogue: ['py-select-case-legacy'],
  fixes: [
    /The "whens" argument to case\(\), when referring to a sequence of items, is now passed as a series of positional elements/,
    /case\(\) got an unexpected keyword argument 'whens'/,
  ],
  literals: ['case'],
  detect(document) {
    const calls = document.calls.filter((call) => calledName(document, call) === 'case');
    return onePerFunction(calls.flatMap((call) => ofCase(document, call) ?? []));
  },
} satisfies Transform<'python'>;

function ofCase(document: PythonDocument, call: Node): Draft | undefined {
  const [first, second, third] = argumentsOf(call);
  const keyword = argumentsOf(call).find((each) => nameOf(each) === 'whens');
  const whens = keyword?.childForFieldName('value') ?? first;
  if (!whens) return undefined;
  // A tuple by itself is one condition and its value, which is right.
  const edits = whens.type === 'tuple' && !keyword ? undefined : unpacked(document, whens);
  const mapping = keyword !== undefined && whens.type === 'dictionary';
  if (!edits && !keyword) return undefined;
  const base = { subject: `case ${functionAt(call)}`, at: document.place(call) };
  const message = keyword
    ? 'case() has no argument whens since SQLAlchemy 2.0; the conditions come first, one by one.'
    : 'case() takes its conditions one by one since SQLAlchemy 2.0; a list is refused.';
  if (!(edits || mapping) || (keyword && keyword.id !== first?.id)) {
    const next = 'Write the conditions first: case((condition, value), …, else_=other)';
    return { ...base, message, safety: 'report', next };
  }
  const positional = [second, third].flatMap((argument, at): Edit[] => {
    if (keyword || !argument || argument.type === 'keyword_argument') return [];
    const start = argument.startIndex;
    return [{ file: document.path, start, end: start, text: at === 0 ? 'value=' : 'else_=' }];
  });
  const name: Edit[] = keyword
    ? [{ file: document.path, start: keyword.startIndex, end: whens.startIndex, text: '' }]
    : [];
  return { ...base, message, edits: [...name, ...(edits ?? []), ...positional] };
}

function nameOf(argument: Node): string | undefined {
  return argument.type === 'keyword_argument' ? argument.childForFieldName('name')?.text : undefined;
}
