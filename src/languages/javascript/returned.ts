import { isCall, isFunction, type Node } from './nodes.ts';
import type { Script } from './script.ts';
import { valueBehind } from './trace.ts';
import type { Use } from './uses.ts';

/** What the function that a call is of returns at each of its ends; nothing where it is no function of the backend, or returns nothing. */
export function returnedBy(script: Script, call: Node): Use[] {
  const fn = isCall(call) ? valueBehind(script, call.callee as Node) : undefined;
  if (!fn || 'module' in fn || !isFunction(fn.node) || fn.node.generator) return [];
  const { script: home, node } = fn;
  if (node.body.type !== 'BlockStatement') return [{ script: home, node: node.body as Node }];
  const own = home.within(node.body as Node, (one) => !isFunction(one));
  return own.flatMap((one) =>
    one.type === 'ReturnStatement' && one.argument ? [{ script: home, node: one.argument as Node }] : [],
  );
}
