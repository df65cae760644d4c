import type { PythonDocument } from '../languages/python/document.ts';
import type { Node } from '../languages/python/tree.ts';
import { valueFor } from './values.ts';

export type AsyncpgObject = 'pool' | 'connection';

const MADE: Record<string, AsyncpgObject> = {
  'asyncpg.connect': 'connection',
  'asyncpg.connection.connect': 'connection',
  'asyncpg.create_pool': 'pool',
  'asyncpg.pool.create_pool': 'pool',
};
const CLASSES: Record<string, AsyncpgObject> = {
  'asyncpg.Connection': 'connection',
  'asyncpg.connection.Connection': 'connection',
  'asyncpg.pool.PoolConnectionProxy': 'connection',
  'asyncpg.Pool': 'pool',
  'asyncpg.pool.Pool': 'pool',
};
const MOST_HOPS = 6;

/** What a call of asyncpg itself makes. */
export function madeByAsyncpg(document: PythonDocument, call: Node): AsyncpgObject | undefined {
  const callee = call.type === 'call' ? call.childForFieldName('function') : undefined;
  return callee ? named(document, callee, MADE) : undefined;
}

/** Whether an expression is a pool or connection of asyncpg, from its annotation, its assignment or its `async with`. */
export function asyncpgObject(document: PythonDocument, node: Node, hops = 0): AsyncpgObject | undefined {
  if (hops > MOST_HOPS) return undefined;
  const value = valueFor(document, node);
  if (value?.node.type === 'call') return ofCall(value.document, value.node, hops);
  const origin = node.type === 'identifier' ? document.origin(node) : undefined;
  if (origin?.kind !== 'local') return undefined;
  const { binding } = origin;
  const annotation = binding.annotation?.namedChildren[0];
  if (annotation) return named(origin.document, annotation, CLASSES);
  const pattern = binding.kind === 'target' ? patternOf(binding.node) : undefined;
  const opened = pattern?.namedChildren[0];
  return opened ? asyncpgObject(origin.document, opened, hops + 1) : undefined;
}

/** `asyncpg.connect(…)`, and `pool.acquire()` of what is a pool. */
function ofCall(document: PythonDocument, call: Node, hops: number): AsyncpgObject | undefined {
  const made = madeByAsyncpg(document, call);
  if (made) return made;
  const callee = call.childForFieldName('function');
  const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  if (!object || callee?.childForFieldName('attribute')?.text !== 'acquire') return undefined;
  return asyncpgObject(document, object, hops + 1) === 'pool' ? 'connection' : undefined;
}

function named(
  document: PythonDocument,
  node: Node,
  table: Record<string, AsyncpgObject>,
): AsyncpgObject | undefined {
  const name = /^(identifier|attribute)$/.test(node.type) ? document.externalName(node) : undefined;
  return name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The `as` of `async with pool.acquire() as connection`. */
function patternOf(name: Node): Node | undefined {
  const target = name.parent?.type === 'as_pattern_target' ? name.parent : undefined;
  return target?.parent?.type === 'as_pattern' ? target.parent : undefined;
}
