import { handedTo } from '../../languages/javascript/callers.ts';
import { isFunction, methodCall, type Node, unwrap } from '../../languages/javascript/nodes.ts';
import type { Script } from '../../languages/javascript/script.ts';
import { declaredType, originOf, valueBehind } from '../../languages/javascript/trace.ts';

const CREATE = /^(redis|@redis\/client)\.createClient$/;
const SAME_CLIENT = /^(on|once|addListener|connect|duplicate|unref|ref)$/;
const CHAINS = /^(multi|batch)$/;

/** The `createClient()` of the package redis that a value comes from, also through `.on(…)`, `.connect()` and `.duplicate()`. */
export function redisClient(script: Script, node: Node): { script: Script; call: Node } | undefined {
  const value = valueBehind(script, node);
  if (!value || 'module' in value) return undefined;
  const call = value.node;
  if (isCreate(value.script, call)) return { script: value.script, call };
  const used = methodCall(call);
  return used && SAME_CLIENT.test(used.method) ? redisClient(value.script, used.receiver) : undefined;
}

/** A client that is handed through more functions than this is a circle. */
const DEPTH = 5;

/** True for a client of the package redis, what is declared as one or every caller hands over, and a `multi()` of it. */
export function isRedis(script: Script, node: Node, depth = DEPTH): boolean {
  if (redisClient(script, node)) return true;
  if (/^(redis|@redis\/client)\.RedisClient(Type)?$/.test(declaredType(script, node) ?? '')) return true;
  if (isHandedClient(script, node, depth)) return true;
  const value = valueBehind(script, node);
  const chained = value && 'node' in value ? methodCall(value.node) : undefined;
  if (!value || 'module' in value || !chained) return false;
  return CHAINS.test(chained.method)
    ? isRedis(value.script, chained.receiver, depth)
    : isMulti(value.script, chained.receiver);
}

/** A parameter that is given such a client wherever its function is called. */
function isHandedClient(script: Script, node: Node, depth: number): boolean {
  const handed = depth > 0 ? handedTo(script, unwrap(node)) : undefined;
  return (
    handed !== undefined &&
    handed.length > 0 &&
    handed.every((one) => isRedis(one.script, one.node, depth - 1))
  );
}

/** `client.multi().set(…)`: the multi itself again. */
function isMulti(script: Script, node: Node): boolean {
  const used = methodCall(node);
  if (!used) return false;
  return CHAINS.test(used.method) ? isRedis(script, used.receiver) : isMulti(script, used.receiver);
}

export function isCreate(script: Script, node: Node): boolean {
  return node.type === 'CallExpression' && CREATE.test(originOf(script, node.callee as Node) ?? '');
}

/** The arguments of a command, and its callback where it has one. */
export function commandArguments(script: Script, call: Node): { given: Node[]; callback: Node | undefined } {
  const all = (call as unknown as { arguments: Node[] }).arguments;
  const last = all.at(-1);
  return last && isCallback(script, last)
    ? { given: all.slice(0, -1), callback: last }
    : { given: all, callback: undefined };
}

/** A function, written out, by its name, or as what a function of the file returns. */
function isCallback(script: Script, node: Node): boolean {
  const value = valueBehind(script, node);
  if (!value || 'module' in value) return false;
  if (isFunction(value.node)) return true;
  if (value.node.type !== 'CallExpression') return false;
  const maker = valueBehind(value.script, value.node.callee as Node);
  return maker !== undefined && 'node' in maker && returnsFunction(maker.script, maker.node);
}

function returnsFunction(script: Script, fn: Node): boolean {
  if (!isFunction(fn)) return false;
  if (isFunction(fn.body as Node)) return true;
  const own = script.within(fn.body as Node, (node) => !isFunction(node));
  return own.some((node) => node.type === 'ReturnStatement' && isFunction(node.argument as Node | null));
}

/** True for what may be a callback that comes from elsewhere: a parameter of that name, or what an unknown function returns. */
export function mayBeCallback(script: Script, node: Node): boolean {
  if (node.type === 'Identifier')
    return (
      script.bindingOf(node)?.kind === 'param' &&
      /^(cb|callback|done|next|fn|resolve|reject)$/i.test(node.name)
    );
  if (node.type !== 'CallExpression') return false;
  const callee = node.callee as Node;
  return !(callee.type === 'Identifier' && script.isGlobal(callee)) && callee.type !== 'MemberExpression';
}
