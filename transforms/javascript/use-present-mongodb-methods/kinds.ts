import { handedTo } from '../../../src/languages/javascript/callers.ts';
import {
  argumentsOf,
  isFunction,
  methodCall,
  type Node,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { declaredType, madeBy, originOf, valueBehind } from '../../../src/languages/javascript/trace.ts';

/** `class` is `MongoClient` itself, whose `connect()` gives a client too. */
type Kind = 'class' | 'client' | 'db' | 'collection' | 'cursor';

const TYPES: Record<string, Kind> = {
  MongoClient: 'client', Db: 'db', Collection: 'collection', FindCursor: 'cursor', AggregationCursor: 'cursor',
}; // biome-ignore format: one table

/** What is handed through more functions than this is a circle. */
const DEPTH = 5;

/** What a receiver is: followed from `new MongoClient()` by `db()`, `collection()` and `find()`, or by its declared type, or by what every caller hands over. */
export function kindOf(script: Script, node: Node, depth = DEPTH): Kind | undefined {
  if (originOf(script, node) === 'mongodb.MongoClient') return 'class';
  const type = /^mongodb\.(\w+)$/.exec(declaredType(script, node) ?? '')?.[1] ?? '';
  if (Object.hasOwn(TYPES, type)) return TYPES[type];
  if (/^mongodb\.MongoClient(\.connect)?$/.test(madeBy(script, node)?.origin ?? '')) return 'client';
  if (isHanded(script, node)) return 'client';
  const [given, ...others] = depth > 0 ? (handedTo(script, unwrap(node)) ?? []) : [];
  const kind = given && kindOf(given.script, given.node, depth - 1);
  if (kind && others.every((one) => kindOf(one.script, one.node, depth - 1) === kind)) return kind;
  const value = valueBehind(script, node);
  const used = value && 'node' in value ? methodCall(value.node) : undefined;
  if (!value || 'module' in value || !used || isFunction(argumentsOf(value.node).at(-1))) return undefined;
  const from = /^(db|collection|find|aggregate|sort|limit|skip|project|connect)$/.test(used.method)
    ? kindOf(value.script, used.receiver, depth)
    : undefined;
  if (from === 'client')
    return used.method === 'db' ? 'db' : used.method === 'connect' ? 'client' : undefined;
  if (from === 'db') return used.method === 'collection' ? 'collection' : undefined;
  if (from === 'collection') return /^(find|aggregate)$/.test(used.method) ? 'cursor' : undefined;
  return from === 'cursor' ? 'cursor' : undefined;
}

/** `MongoClient.connect(url, (error, client) => …)` and `MongoClient.connect(url).then((client) => …)`: the parameter. */
function isHanded(script: Script, node: Node): boolean {
  const at = unwrap(node);
  const binding = at.type === 'Identifier' ? script.bindingOf(at) : undefined;
  const fn = binding?.kind === 'param' && binding.writes.length === 0 ? binding.declaration : undefined;
  const call = isFunction(fn) ? script.parentOf(fn) : undefined;
  const used = call && methodCall(call);
  if (!binding || !isFunction(fn) || !call || !used) return false;
  const index = (fn.params as Node[]).indexOf(binding.identifier);
  if (used.method === 'then')
    return index === 0 && argumentsOf(call)[0] === fn && connects(script, used.receiver);
  return index === 1 && argumentsOf(call).at(-1) === fn && connects(script, call);
}

function connects(script: Script, call: Node): boolean {
  const used = methodCall(unwrap(call));
  return used?.method === 'connect' && /^(class|client)$/.test(kindOf(script, used.receiver) ?? '');
}
