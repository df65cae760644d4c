import type { Backend } from '../../../src/backend/backend.ts';
import type { Kind } from '../../../src/backend/kinds/kind.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { together } from '../../../src/backend/together.ts';
import { positional } from '../../../src/languages/python/arguments.ts';
import { whereabouts } from '../../../src/languages/python/awaits.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { descendants, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Call unique() on rows with a joined collection',
  why: 'A joined collection repeats the rows of its parent, and reading them without unique() raises InvalidRequestError.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html#joined-eager-loading',
  catalogue: ['py-unique-joined'],
  fixes: [/The unique\(\) method must be invoked on this Result/],
  literals: ['execute', 'exec', 'scalars'],
  detect(document, backend) {
    return together([...calls(document, backend), ...loops(document, backend)]);
  },
} satisfies Transform<'python'>;

/** What refuses; tried with SQLAlchemy 1.4.54, 2.0.58 and 2.1.9. first() and scalar() read one row and do not mind. */
const REFUSES =
  /^(all|fetchall|fetchone|fetchmany|partitions|one|one_or_none|scalar_one|scalar_one_or_none)$/;

function calls(document: PythonDocument, backend: Backend): Draft[] {
  return document.calls.flatMap((call): Draft[] => {
    const callee = call.childForFieldName('function');
    const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
    const method = callee?.childForFieldName('attribute')?.text ?? '';
    if (object && REFUSES.test(method)) return draft(document, backend, object, `${method}()`);
    const isList = callee?.type === 'identifier' && /^(list|tuple|set|sorted)$/.test(callee.text);
    const [first] = positional(call);
    return isList && first ? draft(document, backend, first, `${callee.text}()`) : [];
  });
}

function loops(document: PythonDocument, backend: Backend): Draft[] {
  return descendants(document.root, ['for_statement', 'for_in_clause']).flatMap((loop) => {
    const right = loop.childForFieldName('right');
    return right ? draft(document, backend, right, 'for') : [];
  });
}

function draft(document: PythonDocument, backend: Backend, rows: Node, reader: string): Draft[] {
  const kind = kindOf(backend, document, rows);
  if (!kind || !needsUnique(kind) || isCalledApart(document, rows)) return [];
  const edit = { file: document.path, start: rows.endIndex, end: rows.endIndex, text: '.unique()' };
  const message = `The rows repeat because a collection is joined to them, and ${reader} refuses to read them.`;
  return [{ subject: `${reader} in ${whereabouts(rows)}`, at: document.place(rows), message, edits: [edit] }];
}

function needsUnique(kind: Kind): boolean {
  return kind.joined === true && /^(result|scalar-result|mapping-result)$/.test(kind.what);
}

/** `result.unique()` on a line of its own changes the result as well. */
function isCalledApart(document: PythonDocument, rows: Node): boolean {
  if (rows.type === 'await') return true;
  const around = enclosing(rows, 'function_definition')?.id;
  return (
    rows.type === 'identifier' &&
    document
      .attributesNamed('unique')
      .some(
        (node) =>
          node.childForFieldName('object')?.text === rows.text &&
          enclosing(node, 'function_definition')?.id === around,
      )
  );
}
