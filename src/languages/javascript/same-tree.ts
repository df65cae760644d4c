import type { JavaScriptTree } from './parse.ts';

/** What says where a node stands or how it was written, not what it means. */
const INCIDENTAL = new Set([
  'start', 'end', 'loc', 'range', 'extra', 'tokens', 'comments', 'errors',
  'leadingComments', 'trailingComments', 'innerComments',
]); // biome-ignore format: one list

/** True where two texts were parsed to the same program. Layout, parentheses and comments do not count. */
export function sameTree(one: JavaScriptTree, other: JavaScriptTree): boolean {
  return same(one.program, other.program);
}

function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  const a = entries(one);
  const b = entries(other);
  return a.size === b.size && [...a].every(([key, value]) => b.has(key) && same(value, b.get(key)));
}

function entries(node: object): Map<string, unknown> {
  return new Map(Object.entries(node).filter(([key, value]) => !INCIDENTAL.has(key) && value !== undefined));
}
