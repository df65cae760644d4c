import type { Backend } from '../../../src/backend/backend.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { calledName } from '../../../src/backend/sqlalchemy-names.ts';
import { urlObject } from '../../../src/backend/url-objects.ts';
import { argumentsOf, hasSplat, keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { descendants, type Node, stringContent } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

const PARTS = /^(drivername|username|password|host|port|database|query)$/;
/** URL is a named tuple: with all its fields it can still be called. */
const FIELDS = 7;

export default {
  title: 'Make and change addresses with the methods of URL',
  why: 'An address is a tuple that cannot be changed: what calls URL() or assigns to a part of one fails when it runs.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  runsFrom: { sqlalchemy: '1.4' },
  docs: 'https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.engine.URL',
  catalogue: ['py-url-object-api'],
  fixes: [
    /URL\.__new__\(\) missing \d+ required positional arguments?/,
    /AttributeError: can't set attribute/,
    /immutabledict object is immutable/,
  ],
  literals: ['URL', 'make_url', '.url'],
  detect(document, backend) {
    return onePerFunction([
      ...document.calls.flatMap((call) => constructed(document, call)),
      ...descendants(document.root, ['assignment', 'augmented_assignment']).flatMap((each) =>
        assigned(document, backend, each),
      ),
      ...document.calls.flatMap((call) => queryUpdated(document, backend, call)),
    ]);
  },
} satisfies Transform<'python'>;

/** `URL("postgresql", host="localhost")`. */
function constructed(document: PythonDocument, call: Node): Draft[] {
  const callee = call.childForFieldName('function');
  if (!callee || calledName(document, call) !== 'URL') return [];
  if (!hasSplat(call) && argumentsOf(call).length >= FIELDS) return [];
  const message =
    'URL() takes all of its seven fields since SQLAlchemy 2.0; URL.create() fills in those that are left out.';
  const at = callee.endIndex;
  const create = { file: document.path, start: at, end: at, text: '.create' };
  const edits = [create, ...presentDialect(document, call), ...withPassword(document, call)];
  return [{ subject: `URL ${functionAt(call)}`, at: document.place(callee), message, edits }];
}

/** `URL("postgres", …)`: SQLAlchemy 1.4 took that name of the dialect away. */
function presentDialect(document: PythonDocument, call: Node): Edit[] {
  const name = keywordValue(call, 'drivername') ?? positional(call)[0];
  const content = name && stringContent(name);
  const [old] = /^postgres(?=\+|$)/.exec(content?.text ?? '') ?? [];
  if (!content || old === undefined) return [];
  return [{ file: document.path, start: content.start, end: content.start + old.length, text: 'postgresql' }];
}

/** `str(URL(…))`: str() of an address wrote the password as long as URL() could be called like that, and writes *** now. */
function withPassword(document: PythonDocument, url: Node): Edit[] {
  const outer = url.parent?.type === 'argument_list' ? url.parent.parent : undefined;
  const callee = outer?.type === 'call' ? outer.childForFieldName('function') : undefined;
  if (!outer || callee?.text !== 'str' || document.origin(callee).kind !== 'builtin') return [];
  if (argumentsOf(outer).length !== 1) return [];
  return [
    { file: document.path, start: outer.startIndex, end: url.startIndex, text: '' },
    {
      file: document.path,
      start: url.endIndex,
      end: outer.endIndex,
      text: '.render_as_string(hide_password=False)',
    },
  ];
}

/** `url.database = "test"`, `url.query["a"] = "b"`. */
function assigned(document: PythonDocument, backend: Backend, assignment: Node): Draft[] {
  const left = assignment.childForFieldName('left');
  const right = assignment.childForFieldName('right');
  if (!left || !right || assignment.parent?.type !== 'expression_statement') return [];
  const item = left.type === 'subscript' ? left.childForFieldName('subscript') : undefined;
  const part = item ? left.childForFieldName('value') : left;
  const url = part?.type === 'attribute' ? part.childForFieldName('object') : undefined;
  const name = part?.childForFieldName('attribute')?.text ?? '';
  if (!url || !PARTS.test(name) || (item && name !== 'query')) return [];
  const operator = assignment.childForFieldName('operator')?.text.slice(0, -1);
  const value = operator ? `${left.text} ${operator} ${grouped(right)}` : right.text;
  if (item && operator) return [];
  // set() takes None for "leave it as it is"; the method of named tuples does not.
  const text = item
    ? `${url.text} = ${url.text}.update_query_dict({${item.text}: ${value}})`
    : `${url.text} = ${url.text}.${value === 'None' ? '_replace' : 'set'}(${name}=${value})`;
  return changed(document, backend, assignment, url, name, text);
}

/** `url.query.update({…})`. */
function queryUpdated(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const callee = call.childForFieldName('function');
  const query = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const url = query?.type === 'attribute' ? query.childForFieldName('object') : undefined;
  const [given, ...others] = argumentsOf(call);
  if (!url || query?.childForFieldName('attribute')?.text !== 'query') return [];
  if (callee?.childForFieldName('attribute')?.text !== 'update' || others.length > 0) return [];
  if (!given || positional(call).length !== 1 || call.parent?.type !== 'expression_statement') return [];
  const text = `${url.text} = ${url.text}.update_query_dict(${given.text})`;
  return changed(document, backend, call, url, 'query', text);
}

function changed(
  document: PythonDocument,
  backend: Backend,
  whole: Node,
  url: Node,
  part: string,
  text: string,
): Draft[] {
  const kind = urlObject(backend, document, url);
  if (!kind) return [];
  const draft = { subject: `${url.text} ${functionAt(whole)}`, at: document.place(whole) };
  if (kind === 'engine') {
    const message = `The address of an engine cannot be changed: ${url.text}.${part} is not set.`;
    const next = `Make another engine with ${url.text}.set(${part}=…).`;
    return [{ ...draft, message, safety: 'report', next }];
  }
  const message = `${url.text} is an address that cannot be changed; another one is made with this ${part}.`;
  if (isOwnName(document, url)) return [{ ...draft, message, edits: [{ ...document.place(whole), text }] }];
  return [{ ...draft, message, safety: 'report', next: `Write it where ${url.text} is made:  ${text}` }];
}

/** The name can be bound anew where it is bound: `url` of the same scope, or `self.url`. */
function isOwnName(document: PythonDocument, url: Node): boolean {
  if (url.type !== 'identifier') return /^self\.\w+$/.test(url.text);
  return (
    scopeAt(document, url)
      .bindings.get(url.text)
      ?.some(({ kind }) => kind === 'assignment') ?? false
  );
}

function grouped(node: Node): string {
  return /^(identifier|attribute|call|string|subscript|integer|parenthesized_expression)$/.test(node.type)
    ? node.text
    : `(${node.text})`;
}
