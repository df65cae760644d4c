import type { JSCodeshift } from 'jscodeshift';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import { exportsOf } from '../../../src/languages/javascript/exports.ts';
import { dropImportsOf } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  type FunctionNode,
  isCall,
  isFunction,
  isMember,
  methodCall,
  type Node,
  nameOf,
  propertyName,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import type { Binding } from '../../../src/languages/javascript/scopes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf, valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const knex = version('knex');
  if (!knex?.is('>=0.19')) return [];
  return knexFunctions(script).flatMap(({ name, fn }): Found[] => {
    const promise = (fn.params as Node[])[1];
    const binding = promise && script.bindingOf(promise);
    if (!promise || !binding || binding.references.length === 0) return [];
    const message = `${knex.text} hands ${name}() no Promise: the parameter hides Node's own, and is undefined.`;
    return [{ subject: name, at: promise, message, ...repairFor(script, fn, promise, binding) }];
  });
};

export const transform = {
  title: 'Remove the Promise that Knex no longer hands to seeds and migrations',
  why: 'Knex up to 0.17 passed bluebird as the second argument; since then it is undefined, and what the seed or migration calls of it is a TypeError.',
  safety: 'safe',
  docs: 'https://github.com/knex/knex/blob/master/CHANGELOG.md',
  fixes: [/Cannot read propert(y|ies) '?(of undefined \(reading ')?(join|all|map|each|props|try|mapSeries)'/],
  packages: ['knex'],
  literals: ['Promise'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--knex=3` gives the installed version. */
export default rewriteWith(find);

/** The functions that Knex calls of a seed or a migration, where they have the parameters that its templates once had. */
function knexFunctions(script: Script): { name: string; fn: FunctionNode }[] {
  return ['seed', 'up', 'down'].flatMap((name) => {
    const fn = exportedFunction(script, name);
    const [knex, promise] = (fn?.params ?? []) as Node[];
    const isTheirs = nameOf(knex) === 'knex' && nameOf(promise) === 'Promise' && fn?.params.length === 2;
    return fn && isTheirs ? [{ name, fn }] : [];
  });
}

function exportedFunction(script: Script, name: string): FunctionNode | undefined {
  const { named, whole } = exportsOf(script);
  const found = named(name);
  const value = found && 'node' in found ? valueBehind(script, found.node) : undefined;
  if (value && 'node' in value && value.script === script && isFunction(value.node)) return value.node;
  return script.all('ObjectMethod').find((method) => {
    const isOfWhole = whole !== undefined && script.parentOf(method) === unwrap(whole);
    return isOfWhole && nameOf(method.key as Node, method.computed === true) === name;
  });
}

function repairFor(script: Script, fn: FunctionNode, promise: Node, binding: Binding): Partial<Found> {
  const outer = outerPromise(script);
  if (outer === 'bluebird') return { repair: () => dropLast(script, fn, promise) };
  const joins = binding.references.map((use) => joinOf(script, use, fn));
  if (outer !== undefined || joins.some((join) => join === undefined))
    return {
      safety: 'report',
      next: 'Remove the parameter, and write with Promise.all what only bluebird has; or require bluebird in the file.',
    };
  return {
    repair: (j) => {
      for (const join of joins) if (join) toAll(script, j, join);
      dropLast(script, fn, promise);
    },
  };
}

/** What the name is outside of the function: undefined for Node's own, the package where it comes from one. */
function outerPromise(script: Script): string | undefined {
  const declared = script.all('Identifier').find((one) => {
    const binding = one.name === 'Promise' ? script.bindingOf(one) : undefined;
    return binding?.identifier === one && binding.kind !== 'param';
  });
  return declared && (originOf(script, declared) ?? '?');
}

/** A `Promise.join(…)` to be written with `all`; false for a use that means the same with Node's own Promise. */
type Join = { call: Node; handler: FunctionNode | undefined } | false;

/** How a use of bluebird is to be written; undefined where only bluebird can do it. */
function joinOf(script: Script, use: Node, fn: FunctionNode): Join | undefined {
  const parent = script.parentOf(use);
  // A name of a type that is called the same.
  if (/^TS/.test(parent?.type ?? '')) return false;
  if (parent?.type === 'NewExpression' && (parent.callee as Node) === use)
    return isChainedAsUsual(script, parent) ? false : undefined;
  const call = isMember(parent) && (parent.object as Node) === use ? script.parentOf(parent) : undefined;
  if (!isMember(parent) || !isCall(call) || (call.callee as Node) !== parent) return undefined;
  if (!isChainedAsUsual(script, call)) return undefined;
  const method = propertyName(parent) ?? '';
  if (/^(all|race|any|allSettled|resolve|reject)$/.test(method)) return false;
  const given = argumentsOf(call);
  const last = given.at(-1);
  if (method !== 'join' || !last || given.some(({ type }) => type === 'SpreadElement')) return undefined;
  if (isQuery(script, last, fn)) return { call, handler: undefined };
  const isHandler =
    given.length > 1 && isFunction(last) && last.params.every(({ type }) => type !== 'RestElement');
  return isHandler ? { call, handler: last } : undefined;
}

/** True where nothing but what every promise has is called of a promise. */
function isChainedAsUsual(script: Script, promise: Node): boolean {
  const member = script.parentOf(promise);
  if (!isMember(member) || (member.object as Node) !== promise) return true;
  const call = script.parentOf(member);
  const method = propertyName(member) ?? '';
  if (!call || !isCall(call) || !/^(then|catch|finally)$/.test(method)) return false;
  return (method !== 'catch' || argumentsOf(call).length === 1) && isChainedAsUsual(script, call);
}

/** `knex('items').insert(…)`: a promise, and so no function that gets the results. */
function isQuery(script: Script, node: Node, fn: FunctionNode): boolean {
  const call = unwrap(node);
  if (!isCall(call)) return false;
  const callee = unwrap(call.callee as Node);
  const knex = (fn.params as Node[])[0];
  const isKnex = (one: Node) =>
    one.type === 'Identifier' && knex !== undefined && script.bindingOf(one)?.identifier === knex;
  if (isKnex(callee)) return true;
  const used = methodCall(call);
  if (!used) return false;
  const { receiver } = used;
  const isSchema =
    isMember(receiver) && propertyName(receiver) === 'schema' && isKnex(receiver.object as Node);
  return isSchema || (used.method === 'raw' && isKnex(receiver)) || isQuery(script, receiver, fn);
}

/** `Promise.join(a, b, (a, b) => …)` → `Promise.all([a, b]).then(([a, b]) => …)`. */
function toAll(script: Script, j: JSCodeshift, { call, handler }: Exclude<Join, false>): void {
  const given = argumentsOf(call);
  const values = handler ? given.slice(0, -1) : given;
  const gaps = ['Promise.all([', ...values.slice(1).map(() => ', '), '])'];
  if (!handler) return replace(script, call, expressionOf(j, gaps, values));
  handler.params = [j.arrayPattern(handler.params as never[])];
  const texts = [...gaps.slice(0, -1), ']).then(', ')'];
  replace(script, call, expressionOf(j, texts, [...values, handler]));
}

function dropLast(script: Script, fn: FunctionNode, promise: Node): void {
  dropImportsOf(script, promise);
  fn.params.pop();
}
