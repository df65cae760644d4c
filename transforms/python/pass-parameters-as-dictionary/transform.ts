import { receiverOf } from '../../../src/backend/kinds.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { argumentsOf, hasSplat, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** What these methods of a connection take by name themselves. */
const OWN = /^(statement|object_?|parameters|execution_options)$/;

export default {
  title: 'Pass the parameters of a statement as a dictionary',
  why: 'Connections take one dictionary, or a list of them, since SQLAlchemy 2.0: parameters by name or one behind another raise TypeError.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#execute-method-more-strict-execution-options-are-more-prominent',
  fixes: [
    /Connection\.(execute|scalar)\(\) (got an unexpected keyword argument|takes from 2 to 3 positional arguments)/,
  ],
  literals: ['execute', 'scalar'],
  detect(document, backend) {
    return onePerFunction(
      ['execute', 'scalar'].flatMap((name) =>
        document.attributesNamed(name).flatMap(({ parent }) => {
          const receiver = parent && receiverOf(backend, document, parent);
          const isConnection = /^(async-)?connection$/.test(receiver?.kind.what ?? '');
          return parent && isConnection ? (draft(document, parent) ?? []) : [];
        }),
      ),
    );
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, call: Node): Draft | undefined {
  const given = hasSplat(call) ? [] : argumentsOf(call);
  const named = given.filter(({ type }) => type === 'keyword_argument');
  const [, ...rows] = positional(call);
  const first = named[0] ?? rows[0];
  const last = given.at(-1);
  const text = together(rows, named);
  if (!first || !last || text === undefined || hasCommentBetween(first, last)) return undefined;
  return {
    subject: `execute ${functionAt(call)}`,
    at: document.place(first),
    message: `A connection takes parameters as a dictionary since SQLAlchemy 2.0, not ${named.length > 0 ? 'by their names' : 'one set behind another'}.`,
    edits: [{ file: document.path, start: first.startIndex, end: last.endIndex, text }],
  };
}

/** `{"a": 1}` of `a=1`, and `[row, other]` of `row, other`; undefined where it is right, or where both ways are mixed. */
function together(rows: readonly Node[], named: readonly Node[]): string | undefined {
  if (named.length === 0) return rows.length > 1 ? `[${rows.map(({ text }) => text).join(', ')}]` : undefined;
  const names = named.map((each) => each.childForFieldName('name')?.text ?? '');
  if (rows.length > 0 || names.some((name) => OWN.test(name))) return undefined;
  const pairs = named.map((each, at) => `"${names[at]}": ${each.childForFieldName('value')?.text}`);
  return `{${pairs.join(', ')}}`;
}

/** Rewriting the arguments would lose it. */
function hasCommentBetween(first: Node, last: Node): boolean {
  return (first.parent?.children ?? []).some(
    (each) => each?.type === 'comment' && each.startIndex > first.startIndex && each.endIndex < last.endIndex,
  );
}
