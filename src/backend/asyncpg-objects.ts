import { classAt, classOf, membersOf, type PythonClass } from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { descendants, enclosing, type Node } from '../languages/python/tree.ts';
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
  if (node.type === 'attribute') return ofMember(document, node, hops);
  const origin = node.type === 'identifier' ? document.origin(node) : undefined;
  if (origin?.kind !== 'local') return undefined;
  const { binding } = origin;
  const annotation = binding.annotation?.namedChildren[0];
  if (annotation) return ofAnnotation(origin.document, annotation);
  const pattern = binding.kind === 'target' ? patternOf(binding.node) : undefined;
  const opened = pattern?.namedChildren[0];
  return opened ? asyncpgObject(origin.document, opened, hops + 1) : undefined;
}

/** `database.pool`, which the methods of its class assign: what each assignment that is not None gives. */
function ofMember(document: PythonDocument, node: Node, hops: number): AsyncpgObject | undefined {
  const object = node.childForFieldName('object');
  const name = node.childForFieldName('attribute')?.text ?? '';
  const one = object && instanceClass(document, object);
  const given = one ? membersOf(one, name) : [];
  const found = given.flatMap(({ owner, binding, value, annotation }) => {
    const assigned = binding?.value ?? value;
    if (assigned?.type !== 'none') return [assigned && asyncpgObject(owner.document, assigned, hops + 1)];
    const declared = binding?.annotation ?? annotation;
    return declared ? [ofAnnotation(owner.document, declared)] : [];
  });
  const [first] = found;
  return found.every((each) => each === first) ? first : undefined;
}

/** The class that `self`, `Database()` or a name that was given one is an instance of. */
function instanceClass(document: PythonDocument, node: Node): PythonClass | undefined {
  if (/^(self|cls)$/.test(node.text)) {
    const around = enclosing(node, 'class_definition');
    return around && classOf(document, around);
  }
  const value = valueFor(document, node);
  const made = value?.node.type === 'call' ? value.node.childForFieldName('function') : undefined;
  return value && made ? classAt(value.document, made) : undefined;
}

/** `asyncpg.Pool`, `Optional[asyncpg.Pool]` and `asyncpg.Pool | None`. */
function ofAnnotation(document: PythonDocument, annotation: Node): AsyncpgObject | undefined {
  return descendants(annotation, ['identifier', 'attribute'])
    .map((each) => named(document, each, CLASSES))
    .find((each) => each !== undefined);
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
