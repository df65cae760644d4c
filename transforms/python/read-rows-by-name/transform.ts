import type { Backend } from '../../../src/backend/backend.ts';
import type { Kind } from '../../../src/backend/kinds/kind.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { whyOlder } from '../../../src/backend/older-releases.ts';
import { sqlText } from '../../../src/backend/sql-text.ts';
import { together } from '../../../src/backend/together.ts';
import { argumentsOf } from '../../../src/languages/python/arguments.ts';
import { whereabouts } from '../../../src/languages/python/awaits.ts';
import { isKeyword } from '../../../src/languages/python/builtins.ts';
import { membersOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { descendants, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Read the columns of a row by its mapping',
  why: 'Since SQLAlchemy 2.0 a row is a named tuple: row["name"] and dict(row) raise TypeError at the first request.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  runsFrom: { sqlalchemy: '1.4' },
  docs: 'https://docs.sqlalchemy.org/en/20/core/connections.html#sqlalchemy.engine.Row._mapping',
  catalogue: ['py-row-access'],
  fixes: [
    /tuple indices must be integers or slices, not str/,
    /cannot convert dictionary update sequence element #0 to a sequence/,
    /Could not locate column in row for column/,
    /AttributeError: (keys|items|values|get|id|\w+)$/m,
  ],
  literals: ['execute', 'query', 'Row', 'fetch'],
  detect(document, backend) {
    return together([
      ...subscripts(document, backend),
      ...dictionaries(document, backend),
      ...methods(document, backend),
      ...entities(document, backend),
    ]);
  },
} satisfies Transform<'python'>;

/** Attributes that a row has of its own, in 1.3 or since. */
const OWN = /^(_.*|count|index|keys|items|values|has_key|iterkeys|itervalues|t|tuple)$/;

function draftAt(document: PythonDocument, at: Node, row: Node, what: string): Draft {
  const edit = { file: document.path, start: row.endIndex, end: row.endIndex, text: '._mapping' };
  return {
    subject: `${what} in ${whereabouts(at)}`,
    at: document.place(at),
    message: `${what}: a row is a tuple, its columns by name are in ${row.text.split('\n')[0]}._mapping.`,
    edits: [edit],
  };
}

function isRow(document: PythonDocument, backend: Backend, node: Node): boolean {
  return kindOf(backend, document, node)?.what === 'row';
}

/** `row["name"]`, and with a name that is put together. */
function subscripts(document: PythonDocument, backend: Backend): Draft[] {
  return descendants(document.root, 'subscript').flatMap((node) => {
    const value = node.childForFieldName('value');
    const key = node.childForFieldName('subscript');
    const isNamed = key && (key.type === 'string' || sqlText(document, key) !== undefined);
    if (!value || !isNamed || !isRow(document, backend, value)) return [];
    const draft = draftAt(document, node, value, node.text.replace(/\s+/g, ' '));
    return [whyOlder(backend, 'sqlalchemy', '1.4') ? asAttribute(draft, document, node, value) : draft];
  });
}

/** `row.name` is the same on every release, `_mapping` is new in 1.4; for a name that can be written so. */
function asAttribute(draft: Draft, document: PythonDocument, subscript: Node, row: Node): Draft {
  const name = plainString(subscript.childForFieldName('subscript') ?? row) ?? '';
  if (!/^[A-Za-z]\w*$/.test(name) || isKeyword(name) || OWN.test(name)) return draft;
  const edit = { file: document.path, start: row.endIndex, end: subscript.endIndex, text: `.${name}` };
  const message = `${draft.subject.replace(/ in .*$/, '')}: a row is a tuple, its columns are its attributes too.`;
  return { ...draft, message, edits: [edit], runsFrom: {} };
}

/** `dict(row)`, `{**row}`, `f(**row)`. */
function dictionaries(document: PythonDocument, backend: Backend): Draft[] {
  const calls = document.calls.flatMap((call) => {
    const callee = call.childForFieldName('function');
    const [row, ...others] = argumentsOf(call);
    if (
      !callee ||
      !row ||
      others.length > 0 ||
      callee.text !== 'dict' ||
      document.origin(callee).kind !== 'builtin'
    )
      return [];
    return isRow(document, backend, row) ? [draftAt(document, call, row, `dict(${row.text})`)] : [];
  });
  const splats = descendants(document.root, 'dictionary_splat').flatMap((splat) => {
    const [row] = splat.namedChildren;
    return row && isRow(document, backend, row) ? [draftAt(document, splat, row, splat.text)] : [];
  });
  return [...calls, ...splats];
}

/** `row.keys()`, `row.items()`, `row.values()` and `row.get("name")` of the old rows. A column may have such a name, but is not called. */
function methods(document: PythonDocument, backend: Backend): Draft[] {
  return document.calls.flatMap((call) => {
    const callee = call.childForFieldName('function');
    const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
    if (!object || !/^(keys|items|values|get)$/.test(callee?.childForFieldName('attribute')?.text ?? ''))
      return [];
    return isRow(document, backend, object) ? [draftAt(document, call, object, `${callee?.text}()`)] : [];
  });
}

/** `row.email` where the row holds one whole model: the model is its first column. */
function entities(document: PythonDocument, backend: Backend): Draft[] {
  return document.attributes.flatMap((node): Draft[] => {
    const object = node.childForFieldName('object');
    const name = node.childForFieldName('attribute')?.text ?? '';
    const row = object ? kindOf(backend, document, object) : undefined;
    if (!object || row?.what !== 'row' || !isOfModel(row, name)) return [];
    const model = row.rows?.[0]?.class?.name ?? 'the model';
    return [
      {
        subject: `${node.text} in ${whereabouts(node)}`,
        at: document.place(node),
        message: `${object.text} is a row with one ${model} in it, and has no ${name}: AttributeError.`,
        edits: [{ file: document.path, start: object.endIndex, end: object.endIndex, text: `.${model}` }],
        safety: { unsafe: `reads .${model} off the row; .scalars() before .all() gives the ${model} itself` },
      },
    ];
  });
}

function isOfModel(row: Kind, name: string): boolean {
  const [model, ...others] = row.rows ?? [];
  if (model?.what !== 'model' || others.length > 0 || !model.class || name.startsWith('_')) return false;
  return name !== model.class.name && membersOf(model.class, name).length > 0;
}
