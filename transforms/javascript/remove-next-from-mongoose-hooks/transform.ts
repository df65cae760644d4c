import type { JSCodeshift } from 'jscodeshift';
import { isSchema } from '../../../src/backend/javascript/mongoose.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { statementOf } from '../../../src/languages/javascript/build.ts';
import { dropImport, dropImportsOf } from '../../../src/languages/javascript/imports.ts';
import { importedAs } from '../../../src/languages/javascript/module-names.ts';
import {
  argumentsOf,
  type FunctionNode,
  isCall,
  isFunction,
  methodCall,
  type Node,
  stringValue,
} from '../../../src/languages/javascript/nodes.ts';
import type { Binding } from '../../../src/languages/javascript/scopes.ts';
import { remove, replace, type Script } from '../../../src/languages/javascript/script.ts';
import { isLastStep } from '../../../src/languages/javascript/steps.ts';
import { valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const mongoose = version('mongoose');
  if (!mongoose?.is('>=9')) return [];
  return [...hooks(script, mongoose), ...unusedTypes(script, mongoose)];
};

function hooks(script: Script, mongoose: PackageVersion): Found[] {
  return script.calls.flatMap((call) => {
    const hook = hookOf(script, call);
    const message = `${mongoose.text} gives a pre hook no \`${hook?.next.name}\`: calling it is a TypeError.`;
    return hook
      ? [{ subject: hook.subject, at: hook.next.identifier as Node, message, ...repairFor(script, hook) }]
      : [];
  });
}

/** What next was declared as; no version of today has it. */
const NEXT_TYPE = 'HookNextFunction';

/** The import of the type, which several hooks shared until none had a next any more. */
function unusedTypes(script: Script, mongoose: PackageVersion): Found[] {
  return script.all('ImportSpecifier').flatMap((specifier): Found[] => {
    const imported = importedAs(script, specifier);
    const binding = script.bindingOf((specifier.local ?? specifier.imported) as Node);
    if (imported?.module !== 'mongoose' || imported.name !== NEXT_TYPE || binding?.references.length !== 0)
      return [];
    return [
      {
        subject: NEXT_TYPE,
        at: specifier,
        message: `${mongoose.text} exports no ${NEXT_TYPE}, and nothing here uses it.`,
        repair: () => dropImport(script, binding),
      },
    ];
  });
}

export const transform = {
  title: 'Remove next() from the pre hooks of Mongoose 9',
  why: 'Mongoose 9 passes no next to pre hooks any more, so every save that runs one fails with "next is not a function".',
  safety: 'safe',
  docs: 'https://mongoosejs.com/docs/migrating_to_9.html#pre-middleware-no-longer-supports-next',
  catalogue: ['js-mongoose9-next'],
  fixes: [/TypeError: (next|done) is not a function/, /has no exported member '?HookNextFunction/],
  packages: ['mongoose'],
  literals: ['.pre(', '.pre<', NEXT_TYPE],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--mongoose=9` gives the installed version. */
export default rewriteWith(find);

interface Hook {
  subject: string;
  fn: FunctionNode;
  next: Binding;
  /** It was called with a second function, by which it said that it is through: `schema.pre('save', true, (next, done) => …)`. */
  isParallel: boolean;
}

/** `schema.pre('save', function (next) { … })` whose first parameter is called, passed on, or in the way of others. */
function hookOf(script: Script, call: Node): Hook | undefined {
  const pre = methodCall(call);
  if (pre?.method !== 'pre' || !isSchema(script, pre.receiver)) return undefined;
  const given = argumentsOf(call);
  const last = given.at(-1);
  const value = last && valueBehind(script, last);
  const fn = value && 'node' in value && value.script === script ? value.node : undefined;
  const [first, ...more] = isFunction(fn) ? (fn.params as Node[]) : [];
  const next = first?.type === 'Identifier' ? script.bindingOf(first) : undefined;
  if (!isFunction(fn) || !next) return undefined;
  const isNext = next.references.some((use) => isCalled(script, use)) || /^(next|done)$/.test(next.name);
  if (!isNext || (next.references.length === 0 && more.length === 0)) return undefined;
  const flag = given[1] as (Node & { value?: unknown }) | undefined;
  return {
    subject: `pre ${given[0] ? (stringValue(given[0]) ?? 'hook') : 'hook'}`,
    fn,
    next,
    isParallel: flag?.type === 'BooleanLiteral' && flag.value === true,
  };
}

function isCalled(script: Script, use: Node): boolean {
  const parent = script.parentOf(use);
  return isCall(parent) && (parent.callee as Node) === use;
}

function repairFor(script: Script, hook: Hook): Partial<Found> {
  const { fn, next } = hook;
  const steps = next.references.map((use) => stepOf(script, use, fn));
  if (hook.isParallel) return byHand();
  if (fn.body.type !== 'BlockStatement' || (next.declaration !== fn && next.references.length > 0))
    return byHand();
  if (steps.every((step) => step !== undefined)) {
    const early = steps.some(
      ({ kind, statement }) => kind !== 'returned' && !isLastStep(script, statement, fn),
    );
    return {
      ...(early && {
        safety: { unsafe: 'What stood behind an early next() ran as well; now the hook ends there.' },
      }),
      repair: (j) => {
        for (const step of steps) endStep(script, j, step, fn);
        dropNext(script, fn);
      },
    };
  }
  if (fn.async || fn.type === 'ClassMethod' || usesArguments(script, fn)) return byHand();
  return {
    safety: { unsafe: 'The hook now returns a promise; saving waits until it is settled.' },
    repair: (j) => wrap(script, j, fn, next.name),
  };
}

function byHand(): Partial<Found> {
  return {
    safety: 'report',
    next: 'Make the hook an async function: return where next() was called, throw where next(error) was.',
  };
}

/** One way out of the hook: the statement that calls next, with the error that it hands over. */
interface Step {
  kind: 'returned' | 'called';
  statement: Node;
  error?: Node;
}

function stepOf(script: Script, use: Node, fn: Node): Step | undefined {
  const call = script.parentOf(use);
  if (!call || !isCalled(script, use) || script.functionAround(use) !== fn) return undefined;
  const statement = script.parentOf(call);
  const [error, more] = argumentsOf(call);
  if (more || (error && !isError(script, error))) return undefined;
  if (
    error &&
    script.above(call, ({ type }) => type === 'TryStatement') &&
    !script.above(call, ({ type }) => type === 'CatchClause')
  )
    return undefined;
  if (statement?.type === 'ReturnStatement') return { kind: 'returned', statement, ...(error && { error }) };
  return statement?.type === 'ExpressionStatement'
    ? { kind: 'called', statement, ...(error && { error }) }
    : undefined;
}

/** What is an error for certain: one made here, or one that was caught. */
function isError(script: Script, node: Node): boolean {
  if (node.type === 'NewExpression') return true;
  return node.type === 'Identifier' && script.bindingOf(node)?.kind === 'catch';
}

function endStep(script: Script, j: JSCodeshift, { statement, error }: Step, fn: FunctionNode): void {
  if (error) {
    dropReturnBehind(script, statement);
    return replace(script, statement, j.throwStatement(error as never) as Node);
  }
  const list = script.parentOf(statement) as { body?: unknown } | undefined;
  if (Array.isArray(list?.body) && isLastStep(script, statement, fn)) return remove(script, statement);
  replace(script, statement, j.returnStatement(null) as Node);
}

/** `next(error); return;`: nothing is reached behind `throw`. */
function dropReturnBehind(script: Script, statement: Node): void {
  const { body } = (script.parentOf(statement) ?? {}) as { body?: unknown };
  const behind = Array.isArray(body) ? (body[body.indexOf(statement) + 1] as Node | undefined) : undefined;
  if (behind?.type === 'ReturnStatement' && !behind.argument) remove(script, behind);
}

/** Keeps the body as it is, in a promise that next settles. */
function wrap(script: Script, j: JSCodeshift, fn: FunctionNode, name: string): void {
  const [of, error] = /\.[cm]?tsx?$/.test(script.path) ? ['<void>', 'error?: Error | null'] : ['', 'error'];
  const made = statementOf(j, [
    `return new Promise${of}((resolve, reject) => { const ${name} = (${error}) => (error ? reject(error) : resolve()); });`,
  ]) as unknown as { argument: { arguments: { body: { body: unknown[] } }[] } };
  const body = fn.body as unknown as { body: unknown[] };
  made.argument.arguments[0]?.body.body.push(...body.body);
  body.body = [made];
  dropNext(script, fn);
}

function dropNext(script: Script, fn: FunctionNode): void {
  const [next] = fn.params as Node[];
  if (next) dropImportsOf(script, next);
  fn.params.shift();
}

function usesArguments(script: Script, fn: Node): boolean {
  return script.within(fn).some((node) => node.type === 'Identifier' && node.name === 'arguments');
}
