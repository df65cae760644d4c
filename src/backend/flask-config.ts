import type { PythonDocument } from '../languages/python/document.ts';
import { scopeAt } from '../languages/python/origin.ts';
import { descendants, enclosing, type Node, plainString } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import type { Engine } from './engines.ts';

const KEY = 'SQLALCHEMY_DATABASE_URI';

/**
 * The engines that Flask-SQLAlchemy makes by itself, one for each place that says its address: `SQLALCHEMY_DATABASE_URI` in a class or
 * module of settings, and in `app.config`. Empty where code reads it back: what that makes of the address is not known.
 */
export function configuredEngines(backend: Backend): Engine[] {
  const documents = backend.documents.filter(({ text }) => text.includes(KEY));
  const isFlask =
    documents.length > 0 && backend.documents.some(({ text }) => text.includes('flask_sqlalchemy'));
  if (!isFlask || documents.some(readsBack)) return [];
  return documents.flatMap((document) =>
    descendants(document.root, ['assignment', 'keyword_argument', 'pair']).flatMap(
      (node) => configuredEngine(document, node) ?? [],
    ),
  );
}

/** The engine that an assignment, a keyword argument or a pair of a dictionary gives an address. */
export function configuredEngine(document: PythonDocument, node: Node): Engine | undefined {
  const url = node.childForFieldName(node.type === 'assignment' ? 'right' : 'value');
  if (!url || url.type === 'assignment' || !isKey(document, node)) return undefined;
  return {
    document,
    call: node,
    callee: node,
    meant: { name: 'create_engine', via: 'real' },
    async: false,
    url,
  };
}

function isKey(document: PythonDocument, node: Node): boolean {
  if (node.type === 'assignment') {
    const left = node.childForFieldName('left');
    if (left?.type === 'subscript') return isConfigKey(left);
    return left?.text === KEY && left.type === 'identifier' && scopeAt(document, left).kind !== 'function';
  }
  const key = node.childForFieldName(node.type === 'pair' ? 'key' : 'name');
  const callee = enclosing(node, 'call')?.childForFieldName('function');
  const fills = /\bconfig\.(from_mapping|update)$/.test(callee?.text ?? '');
  return fills && key !== null && (node.type === 'pair' ? plainString(key) : key.text) === KEY;
}

/** `app.config["SQLALCHEMY_DATABASE_URI"]`. */
function isConfigKey(subscript: Node): boolean {
  const key = subscript.childForFieldName('subscript');
  const object = subscript.childForFieldName('value');
  const name = object?.type === 'attribute' ? object.childForFieldName('attribute') : object;
  return key !== null && plainString(key) === KEY && name?.text === 'config';
}

/** True where the address is taken out of the configuration again, other than to be told. */
function readsBack(document: PythonDocument): boolean {
  return descendants(document.root, 'string').some((text) => {
    if (plainString(text) !== KEY) return false;
    const subscript = text.parent?.type === 'subscript' ? text.parent : undefined;
    if (subscript) return !isAssigned(subscript);
    const call = text.parent?.type === 'argument_list' ? text.parent.parent : undefined;
    return call?.childForFieldName('function')?.childForFieldName('attribute')?.text === 'get';
  });
}

function isAssigned(subscript: Node): boolean {
  const { parent } = subscript;
  return parent?.type === 'assignment' && parent.childForFieldName('left')?.id === subscript.id;
}
