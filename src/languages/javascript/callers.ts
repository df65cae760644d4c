import { argumentsOf, isCall, isFunction, type Node } from './nodes.ts';
import type { Script } from './script.ts';
import { type Use, usesOfFunction } from './uses.ts';

/** What each caller of a function hands to one of its parameters; undefined where a caller may be unknown. */
export function handedTo(script: Script, name: Node): Use[] | undefined {
  const binding = script.bindingOf(name);
  const fn = binding?.kind === 'param' && binding.writes.length === 0 ? binding.declaration : undefined;
  if (!binding || !isFunction(fn)) return undefined;
  const index = (fn.params as Node[]).indexOf(binding.identifier);
  const uses = usesOfFunction(script, fn);
  if (index < 0 || !uses) return undefined;
  const given = uses.map((use) => argumentIn(use, index));
  return given.every((one) => one !== undefined) ? given : undefined;
}

function argumentIn({ script, node }: Use, index: number): Use | undefined {
  const call = script.parentOf(node);
  if (!isCall(call) || (call.callee as Node) !== node) return undefined;
  const given = argumentsOf(call).slice(0, index + 1);
  const own = given[index];
  return own && given.every(({ type }) => type !== 'SpreadElement') ? { script, node: own } : undefined;
}
