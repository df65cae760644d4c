import type { JSCodeshift } from 'jscodeshift';
import { type FunctionNode, isCall, isFunction, methodCall, type Node, unwrap } from './nodes.ts';
import { replace, type Script } from './script.ts';
import { originOf } from './trace.ts';

/** A Node-style callback `(error, value) => …`, taken apart into what runs on success and what runs on failure. */
export interface Callback {
  fn: FunctionNode;
  value: Node | undefined;
  ok: Node[];
  /** The error's parameter and what runs on failure; undefined where the callback does not look at the error. */
  fail: { error: Node; body: Node[] } | undefined;
}

/**
 * Takes a callback apart that looks at its error first: `if (error) … return`, `if (error) … else …`, `if (!error) …`.
 * Undefined where the two ways share statements, or where `this` or `arguments` are used.
 */
export function splitCallback(script: Script, fn: Node): Callback | undefined {
  if (!isFunction(fn) || fn.generator || fn.params.length > 2 || usesThis(script, fn)) return undefined;
  const [error, value] = fn.params as Node[];
  const body = fn.body.type === 'BlockStatement' ? (fn.body.body as Node[]) : undefined;
  if ([error, value].some((param) => param && param.type !== 'Identifier')) return undefined;
  const uses = error ? (script.bindingOf(error)?.references ?? []) : [];
  if (!error || uses.length === 0) return { fn, value, ok: body ?? [], fail: undefined };
  const split = body && splitBody(script, body, error);
  if (!split) return undefined;
  const inside = (statements: Node[], node: Node) =>
    statements.some((one) => script.within(one).includes(node));
  const valueUses = value ? (script.bindingOf(value)?.references ?? []) : [];
  if (uses.some((use) => inside(split.ok, use)) || valueUses.some((use) => inside(split.fail, use)))
    return undefined;
  return { fn, value, ok: split.ok, fail: { error, body: split.fail } };
}

function splitBody(script: Script, body: Node[], error: Node): { ok: Node[]; fail: Node[] } | undefined {
  const [first, ...rest] = body;
  if (first?.type !== 'IfStatement') return undefined;
  const negated = first.test.type === 'UnaryExpression' && first.test.operator === '!';
  const tested = unwrap(
    negated ? (first.test as unknown as { argument: Node }).argument : (first.test as Node),
  );
  if (tested.type !== 'Identifier' || script.bindingOf(tested)?.identifier !== error) return undefined;
  const then = statementsOf(first.consequent as Node);
  const otherwise = first.alternate ? statementsOf(first.alternate as Node) : [];
  const [fail, ok] = negated ? [otherwise, then] : [then, otherwise];
  if (rest.length === 0) return { ok, fail };
  // What stands behind the `if` runs on both ways, unless one of them leaves.
  const both = [...ok, ...rest];
  if (leaves(script, fail) || rejects(script, fail, both) || answers(script, fail, both))
    return { ok: [...ok, ...rest], fail };
  return leaves(script, ok) ? { ok, fail: [...fail, ...rest] } : undefined;
}

function statementsOf(node: Node): Node[] {
  return node.type === 'BlockStatement' ? (node.body as Node[]) : [node];
}

function leaves(script: Script, statements: Node[]): boolean {
  const last = statements.at(-1);
  if (last?.type === 'ReturnStatement' || last?.type === 'ThrowStatement') return true;
  return last?.type === 'ExpressionStatement' && endsProcess(script, last.expression as Node);
}

/** `if (error) { reject(error); } resolve(value);` inside `new Promise(…)`: what comes second has no effect after the first. */
function rejects(script: Script, fail: Node[], ok: Node[]): boolean {
  const [last, only] = [fail.at(-1), ok.length === 1 ? ok[0] : undefined];
  const executor = last && settlerOf(script, last, 1);
  return executor !== undefined && only !== undefined && settlerOf(script, only, 0) === executor;
}

/** `if (error) res.send(error); res.json(user);`: a request is answered once, and a second answer is an error. */
function answers(script: Script, fail: Node[], ok: Node[]): boolean {
  const [last, first] = [fail.at(-1), ok[0]];
  const response = last && answeredBy(script, last);
  return response !== undefined && first !== undefined && answeredBy(script, first) === response;
}

const ANSWERS = /^(send|json|jsonp|end|render|redirect|sendStatus|sendFile)$/;

/** The parameter that a statement answers with: `res` of `res.status(500).send(error)`. */
function answeredBy(script: Script, statement: Node): Node | undefined {
  const call =
    statement.type === 'ExpressionStatement' ? methodCall(statement.expression as Node) : undefined;
  if (!call || !ANSWERS.test(call.method)) return undefined;
  let at = call.receiver;
  for (let inner = methodCall(at); inner; inner = methodCall(at)) at = inner.receiver;
  const binding = at.type === 'Identifier' ? script.bindingOf(at) : undefined;
  return binding?.kind === 'param' ? binding.identifier : undefined;
}

/** The function given to `new Promise` whose resolve (0) or reject (1) a statement calls. */
function settlerOf(script: Script, statement: Node, index: number): Node | undefined {
  const call = statement.type === 'ExpressionStatement' ? (statement.expression as Node) : undefined;
  const callee = isCall(call) ? (call.callee as Node) : undefined;
  const binding = callee?.type === 'Identifier' ? script.bindingOf(callee) : undefined;
  const executor = binding?.kind === 'param' ? binding.declaration : undefined;
  if (!isFunction(executor) || executor.params[index] !== binding?.identifier) return undefined;
  const made = script.parentOf(executor);
  const type = made?.type === 'NewExpression' ? (made.callee as Node) : undefined;
  return type?.type === 'Identifier' && type.name === 'Promise' && script.isGlobal(type)
    ? executor
    : undefined;
}

/** `process.exit(…)`: of Node itself, global or imported. */
function endsProcess(script: Script, node: Node): boolean {
  const call = methodCall(node);
  if (call?.method !== 'exit') return false;
  const { receiver } = call;
  if (receiver.type === 'Identifier' && receiver.name === 'process' && script.isGlobal(receiver)) return true;
  return /^(node:)?process$/.test(originOf(script, receiver) ?? '');
}

/** A function expression has a `this` of its own, which its caller sets. */
function usesThis(script: Script, fn: FunctionNode): boolean {
  if (fn.type === 'ArrowFunctionExpression') return false;
  const inner = (node: Node) => !isFunction(node) || node.type === 'ArrowFunctionExpression';
  return script
    .within(fn.body as Node, inner)
    .some(
      (node) => node.type === 'ThisExpression' || (node.type === 'Identifier' && node.name === 'arguments'),
    );
}

/** True where the value of a call is thrown away, returned or awaited: a promise can take its place. */
export function mayBePromise(script: Script, call: Node): boolean {
  const type = script.parentOf(call)?.type ?? '';
  return /^(ExpressionStatement|ReturnStatement|AwaitExpression|ArrowFunctionExpression)$/.test(type);
}

/** `f(a, (error, value) => …)` → `f(a).then((value) => …, (error) => …)`. The callback is the call's last argument. */
export function callbackToThen(script: Script, j: JSCodeshift, call: Node, callback: Callback): void {
  const handlers = [
    handler(j, callback.fn, callback.value, callback.fail ? callback.ok : undefined),
    ...(callback.fail ? [handler(j, callback.fn, callback.fail.error, callback.fail.body)] : []),
  ];
  chain(script, j, call, handlers);
}

/** `f(a, done)` → `f(a).then((result) => done(null, result), done)`. */
export function namedCallbackToThen(script: Script, j: JSCodeshift, call: Node, name: Node): void {
  const result = j.identifier('result');
  const ok = j.arrowFunctionExpression([result], j.callExpression(name as never, [j.nullLiteral(), result]));
  chain(script, j, call, [ok as Node, name]);
}

function handler(j: JSCodeshift, fn: FunctionNode, param: Node | undefined, body: Node[] | undefined): Node {
  const params = param ? [param] : [];
  const block = body === undefined ? fn.body : j.blockStatement(body as never[]);
  const made =
    fn.type === 'ArrowFunctionExpression'
      ? j.arrowFunctionExpression(params as never[], block as never)
      : j.functionExpression(null, params as never[], block as never);
  made.async = fn.async ?? false;
  return made as Node;
}

function chain(script: Script, j: JSCodeshift, call: Node, handlers: Node[]): void {
  const bare = j.callExpression(
    (call as unknown as { callee: never }).callee,
    (call as unknown as { arguments: never[] }).arguments.slice(0, -1),
  );
  replace(
    script,
    call,
    j.callExpression(j.memberExpression(bare, j.identifier('then')), handlers as never[]) as Node,
  );
}
