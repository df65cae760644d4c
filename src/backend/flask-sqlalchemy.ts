import { keywordValue, positional } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { enclosing, type Node } from '../languages/python/tree.ts';
import { applicationFor, type Made } from './applications.ts';
import { valueFor } from './values.ts';

const EXTENSIONS = new Set(['flask_sqlalchemy.SQLAlchemy', 'flask_sqlalchemy.extension.SQLAlchemy']);

/** The call of `SQLAlchemy()` that made what an expression stands for. */
export function extensionAt(
  document: PythonDocument,
  node: Node,
): { document: PythonDocument; call: Node } | undefined {
  const value = valueFor(document, node);
  const callee = value?.node.type === 'call' ? value.node.childForFieldName('function') : undefined;
  if (!value || !callee || !EXTENSIONS.has(value.document.externalName(callee) ?? '')) return undefined;
  return { document: value.document, call: value.node };
}

/** `db.method(…)` calls of a document on Flask-SQLAlchemy's extension. */
export function extensionCalls(
  document: PythonDocument,
  methods: readonly string[],
): { call: Node; object: Node; method: string }[] {
  return document.calls.flatMap((call) => {
    const callee = call.childForFieldName('function');
    const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
    const method = callee?.childForFieldName('attribute')?.text ?? '';
    return object && methods.includes(method) && extensionAt(document, object)
      ? [{ call, object, method }]
      : [];
  });
}

/** An extension that is tied to an application: `SQLAlchemy(app)` or `db.init_app(app)`. */
export interface Initialisation {
  call: Node;
  how: 'constructor' | 'init_app';
  /** The argument. */
  given: Node;
  application: Made;
  /** The call of `SQLAlchemy`. */
  extension: { document: PythonDocument; call: Node };
}

/** Where a document ties extensions to applications that are made in sight. */
export function initialisations(document: PythonDocument): Initialisation[] {
  if (!/init_app|SQLAlchemy/.test(document.text)) return [];
  return document.calls.flatMap((call) => {
    const given = keywordValue(call, 'app') ?? positional(call)[0];
    const application = given && applicationFor(document, given);
    if (!given || application?.framework !== 'flask') return [];
    const callee = call.childForFieldName('function');
    const object =
      callee?.childForFieldName('attribute')?.text === 'init_app'
        ? callee.childForFieldName('object')
        : undefined;
    const extension = extensionAt(document, object ?? call);
    if (!extension || (!object && extension.call.id !== call.id)) return [];
    return [
      { call, how: object ? ('init_app' as const) : ('constructor' as const), given, application, extension },
    ];
  });
}

/** True inside of `with app.app_context():`, and behind `app.app_context().push()` of the same file. */
export function hasContext(document: PythonDocument, node: Node): boolean {
  for (
    let at = enclosing(node, 'with_statement');
    at;
    at = at.parent ? enclosing(at.parent, 'with_statement') : undefined
  ) {
    if (/\b(app_context|test_request_context|request_context)\(/.test(at.namedChildren[0]?.text ?? ''))
      return true;
  }
  return /\.push\(\)/.test(document.text);
}
