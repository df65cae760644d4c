import { positional } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import type { Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { kindOf } from './kinds.ts';
import { lastValue } from './reaching.ts';
import { calledName, sqlalchemyName } from './sqlalchemy-names.ts';
import { valueFor } from './values.ts';

/** `made`: by make_url or URL, and whoever has it may bind the name anew. `engine`: the address of an engine. */
export type UrlObject = 'made' | 'engine';

/** Whether an expression is an object of SQLAlchemy's class URL, and whose; undefined for strings and whatever is not known. */
export function urlObject(backend: Backend, document: PythonDocument, node: Node): UrlObject | undefined {
  const object = node.type === 'attribute' ? node.childForFieldName('object') : undefined;
  if (object && node.childForFieldName('attribute')?.text === 'url') {
    const what = kindOf(backend, document, object)?.what;
    if (what === 'engine' || what === 'async-engine') return 'engine';
  }
  const value = valueFor(document, node) ?? lastValue(document, node);
  if (value?.node.type !== 'call') return undefined;
  const copied = copiedBy(value.document, value.node);
  // Whoever has a copy may bind its name anew, whosever the address is.
  const isCopy = copied && urlObject(backend, value.document, copied) !== undefined;
  return isCopy || makesUrl(value.document, value.node) ? 'made' : undefined;
}

/** `copy(url)` and `deepcopy(url)`. */
function copiedBy(document: PythonDocument, call: Node): Node | undefined {
  const callee = call.childForFieldName('function');
  const [first] = positional(call);
  return callee && /^copy\.(deep)?copy$/.test(document.externalName(callee) ?? '') ? first : undefined;
}

/** `make_url(…)`, `URL(…)`, `URL.create(…)`, and what `set(…)` and its like give back. */
function makesUrl(document: PythonDocument, call: Node): boolean {
  const name = calledName(document, call);
  if (name === 'make_url' || name === 'URL') return true;
  const callee = call.childForFieldName('function');
  const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const method = callee?.childForFieldName('attribute')?.text ?? '';
  if (!object) return false;
  if (method === 'create') return sqlalchemyName(document, object) === 'URL';
  if (
    !/^(set|update_query_dict|update_query_string|update_query_pairs|difference_update_query)$/.test(method)
  )
    return false;
  const value = object.type === 'call' ? { document, node: object } : valueFor(document, object);
  return value?.node.type === 'call' && value.node.id !== call.id && makesUrl(value.document, value.node);
}
