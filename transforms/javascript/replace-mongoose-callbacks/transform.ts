import { isDocument, isModel, isOwnMethod, isQuery } from '../../../src/backend/javascript/mongoose.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import {
  callbackToThen,
  mayBePromise,
  namedCallbackToThen,
  splitCallback,
} from '../../../src/languages/javascript/callbacks.ts';
import {
  argumentsOf,
  type Call,
  isFunction,
  isMember,
  methodCall,
  type Node,
  propertyName,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { originOf, valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const mongoose = version('mongoose');
  if (!mongoose?.is('>=7')) return [];
  return script.calls.flatMap((call): Found[] => {
    const callback = argumentsOf(call).at(-1);
    const name = callback && isCallback(script, callback) ? calleeOf(script, call) : undefined;
    if (!callback || name === undefined) return [];
    const message = `${mongoose.text} takes no callback in ${name}(): it is never called.`;
    return [{ subject: name, at: callback, message, ...repairFor(script, call, callback, name) }];
  });
};

const UNSAFE = {
  unsafe:
    'The callback becomes the handlers of a promise; an error thrown in it no longer ends the process by itself.',
};

export const transform = {
  title: 'Replace the callbacks that Mongoose no longer takes',
  why: 'Since version 7 Mongoose throws where it is given a callback, and what stands in it never runs.',
  safety: UNSAFE,
  docs: 'https://mongoosejs.com/docs/migrating_to_7.html#dropped-callback-support',
  catalogue: ['js-mongoose-callbacks'],
  fixes: [/no longer accepts a callback/],
  packages: ['mongoose'],
  literals: [
    'mongoose',
    '.find',
    '.save(',
    '.exec(',
    '.create(',
    '.update',
    '.delete',
    '.count',
    '.insertMany(',
    '.aggregate(',
    '.bulkWrite(',
    '.distinct(',
    '.exists(',
    '.populate(',
    '.remove(',
    '.replaceOne(',
    '.validate(',
  ],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--mongoose=8` gives the installed version; `--unsafe` is needed for most callbacks. */
export default rewriteWith(find, UNSAFE);

const STATICS =
  /^(find|findOne|findById|findOneAnd(Update|Delete|Replace|Remove)|findByIdAnd(Update|Delete|Remove)|create|insertMany|(update|delete)(One|Many)|update|remove|replaceOne|count|countDocuments|estimatedDocumentCount|distinct|exists|aggregate|bulkWrite|populate)$/;
const OF_DOCUMENTS = /^(save|deleteOne|updateOne|remove|validate|populate)$/;
const OF_MONGOOSE = /^mongoose\.(connect|disconnect|createConnection|connection\.close)$/;

/** The name of a call that has lost its callback; undefined for calls of other things. */
function calleeOf(script: Script, call: Call): string | undefined {
  const origin = originOf(script, call.callee as Node);
  if (origin !== undefined && OF_MONGOOSE.test(origin)) return origin;
  const used = methodCall(call);
  if (!used) return undefined;
  const { receiver, method } = used;
  if (STATICS.test(method) && isModel(script, receiver))
    return isOwnMethod(script, 'statics', method) ? undefined : `Model.${method}`;
  if ((STATICS.test(method) || method === 'exec') && isQuery(script, receiver)) return `Query.${method}`;
  return OF_DOCUMENTS.test(method) && isDocument(script, receiver) && !isOwnMethod(script, 'methods', method)
    ? `Document.${method}`
    : undefined;
}

/** A function written out, one of this backend, or a parameter that is called like one. */
function isCallback(script: Script, node: Node): boolean {
  if (isFunction(node)) return true;
  const value = valueBehind(script, node);
  if (value && 'node' in value && isFunction(value.node)) return true;
  return (
    node.type === 'Identifier' &&
    script.bindingOf(node)?.kind === 'param' &&
    /^(cb|done|next|callback)$/.test(node.name)
  );
}

function repairFor(script: Script, call: Call, callback: Node, name: string): Partial<Found> {
  if (!mayBePromise(script, call)) return byHand();
  if (!isFunction(callback)) return { repair: (j) => namedCallbackToThen(script, j, call, callback) };
  const split = splitCallback(script, callback);
  if (!split || (!split.fail && !name.startsWith('mongoose.'))) return byHand();
  const safe = name.startsWith('mongoose.') && onlyLogs(script, callback);
  return { ...(safe && { safety: 'safe' as const }), repair: (j) => callbackToThen(script, j, call, split) };
}

function byHand(): Partial<Found> {
  return { safety: 'report', next: 'Await the call instead, and handle its error in try … catch.' };
}

function onlyLogs(script: Script, callback: Node): boolean {
  const calls = script
    .within(callback)
    .filter(({ type }) => /^(Call|New|Await|Assignment)Expression$/.test(type));
  return calls.every((node) => {
    const callee = node.type === 'CallExpression' ? unwrap(node.callee as Node) : undefined;
    const object = isMember(callee) ? (callee.object as Node) : undefined;
    return (
      object?.type === 'Identifier' &&
      object.name === 'console' &&
      isMember(callee) &&
      propertyName(callee) !== undefined
    );
  });
}
