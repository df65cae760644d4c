import { argumentsOf, keywordValue, positional } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import type { Node } from '../languages/python/tree.ts';
import { returnsOf } from './values.ts';

/** Whether a time knows its zone; undefined where that cannot be told. */
export type Zone = 'aware' | 'naive';

const DATETIME = /^datetime\.datetime$/;

/** What a default or a factory gives: `datetime.utcnow`, `lambda: datetime.now(timezone.utc)`, a function of the project that returns one. */
export function zoneOf(document: PythonDocument, node: Node, hops = 0): Zone | undefined {
  if (hops > 4) return undefined;
  if (node.type === 'lambda') {
    const body = node.childForFieldName('body');
    return body ? zoneOf(document, body, hops + 1) : undefined;
  }
  if (node.type === 'parenthesized_expression' && node.namedChildren[0])
    return zoneOf(document, node.namedChildren[0], hops + 1);
  if (node.type === 'call') return zoneOfCall(document, node, hops);
  if (node.type !== 'identifier' && node.type !== 'attribute') return undefined;
  const method = methodOf(document, node);
  if (method === 'utcnow' || method === 'now') return 'naive';
  return zoneOfFunction(document, node, hops);
}

/** The `now` of `datetime.now`. */
function methodOf(document: PythonDocument, node: Node): string | undefined {
  const object = node.type === 'attribute' ? node.childForFieldName('object') : undefined;
  return object && DATETIME.test(document.externalName(object) ?? '')
    ? node.childForFieldName('attribute')?.text
    : undefined;
}

function zoneOfCall(document: PythonDocument, call: Node, hops: number): Zone | undefined {
  const callee = call.childForFieldName('function');
  if (!callee) return undefined;
  const method = methodOf(document, callee);
  if (method === 'utcnow') return 'naive';
  if (method === 'now') {
    const zone = keywordValue(call, 'tz') ?? positional(call)[0];
    if (zone === undefined) return argumentsOf(call).length === 0 ? 'naive' : undefined;
    return zone.type === 'none' ? 'naive' : 'aware';
  }
  const object = callee.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const name = callee.childForFieldName('attribute')?.text;
  if (object && name === 'replace') return zoneOfReplace(document, call, object, hops);
  if (object && name === 'astimezone') return zoneOf(document, object, hops + 1) && 'aware';
  return argumentsOf(call).length === 0 ? zoneOfFunction(document, callee, hops) : undefined;
}

/** `.replace(tzinfo=None)` takes the zone away. */
function zoneOfReplace(document: PythonDocument, call: Node, object: Node, hops: number): Zone | undefined {
  const before = zoneOf(document, object, hops + 1);
  const zone = keywordValue(call, 'tzinfo');
  if (!before || !zone) return before;
  return zone.type === 'none' ? 'naive' : 'aware';
}

function zoneOfFunction(document: PythonDocument, node: Node, hops: number): Zone | undefined {
  const origin = document.origin(node);
  if (origin.kind !== 'local' || origin.binding.kind !== 'function') return undefined;
  const zones = returnsOf(origin.binding.statement).map((value) => zoneOf(origin.document, value, hops + 1));
  const [first] = zones;
  return zones.every((zone) => zone === first) ? first : undefined;
}
