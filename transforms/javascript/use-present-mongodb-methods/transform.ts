import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
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
  isPlainObject,
  methodCall,
  type Node,
  propertyName,
  propertyOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';
import { kindOf } from './kinds.ts';

const find: Find = ({ script, version }) => {
  const mongodb = version('mongodb');
  if (!mongodb?.is('>=4')) return [];
  return [...calls(script, mongodb), ...insertedDocuments(script, mongodb)];
};

/** `result.ops`, the documents of an insert: since driver 4 it is undefined, and reading `ops[0]` a TypeError. */
function insertedDocuments(script: Script, mongodb: PackageVersion): Found[] {
  return script.all('MemberExpression').flatMap((member): Found[] => {
    if (propertyName(member) !== 'ops' || !isInsertResult(script, member.object as Node)) return [];
    return [
      {
        subject: 'ops',
        at: member,
        message: `${mongodb.text} gives the result of an insert without ops.`,
        safety: 'report',
        next: 'Take the document that was inserted, which has its _id now, or result.insertedId.',
      },
    ];
  });
}

/** What `insertOne()` gives: awaited, in `then`, or as the second parameter of a callback. */
function isInsertResult(script: Script, node: Node): boolean {
  const at = unwrap(node);
  const binding = at.type === 'Identifier' ? script.bindingOf(at) : undefined;
  if (binding?.kind !== 'param') {
    const value = valueBehind(script, at);
    return value !== undefined && 'node' in value && inserts(value.script, value.node);
  }
  const fn = binding.declaration;
  const call = isFunction(fn) ? script.parentOf(fn) : undefined;
  const used = call && methodCall(call);
  const index = isFunction(fn) ? (fn.params as Node[]).indexOf(binding.identifier) : -1;
  if (!call || !used) return false;
  return used.method === 'then'
    ? index === 0 && inserts(script, used.receiver)
    : index === 1 && inserts(script, call);
}

function inserts(script: Script, node: Node): boolean {
  const used = methodCall(unwrap(node));
  return (
    /^insert(One|Many)?$/.test(used?.method ?? '') &&
    used !== undefined &&
    kindOf(script, used.receiver) === 'collection'
  );
}

function calls(script: Script, mongodb: PackageVersion): Found[] {
  return script.calls.flatMap((call): Found[] => {
    const used = methodCall(call);
    const receiver = used && kindOf(script, used.receiver);
    if (!used || !receiver) return [];
    const change = receiver === 'collection' ? changeOf(call, used.method, mongodb.major) : undefined;
    const callback = argumentsOf(call).at(-1);
    if (change)
      return [
        {
          subject: used.method,
          at: call,
          message: `${mongodb.text} has no ${used.method}() on a collection.`,
          ...change,
        },
      ];
    if (mongodb.is('<5') || !callback || !isFunction(callback) || !TAKES_NONE.test(used.method)) return [];
    const message = `${mongodb.text} never calls the callback of ${used.method}().`;
    return [
      {
        subject: `${used.method} callback`,
        at: callback,
        message,
        ...withoutCallback(script, call, callback),
      },
    ];
  });
}

const UNSAFE = {
  unsafe:
    'The callback becomes the handlers of a promise; an error thrown in it no longer ends the process by itself.',
};

export const transform = {
  title: 'Use the methods and promises that the MongoDB driver has',
  why: 'Driver 5 took insert, update, remove and all callbacks away: the one is a TypeError, the other is never called.',
  safety: UNSAFE,
  docs: 'https://github.com/mongodb/node-mongodb-native/blob/main/etc/notes/CHANGES_5.0.0.md',
  catalogue: ['js-mongodb-driver-callbacks'],
  fixes: [/\.(insert|update|remove|save|ensureIndex|findAndModify|mapReduce) is not a function/],
  packages: ['mongodb'],
  literals: ['mongodb', '.collection(', '.ops'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe` for callbacks. `--mongodb=6` gives the installed version. */
export default rewriteWith(find, UNSAFE);

const TAKES_NONE =
  /^(connect|close|toArray|insertOne|insertMany|updateOne|updateMany|deleteOne|deleteMany|replaceOne|findOne|findOneAndUpdate|findOneAndDelete|findOneAndReplace|countDocuments|estimatedDocumentCount|count|distinct|createIndex|bulkWrite|next|forEach)$/;

/** Measured with driver 4 to 7: save, ensureIndex and findAndModify are gone in 4, the others in 5. */
function changeOf(call: Call, method: string, major: number): Partial<Found> | undefined {
  const given = argumentsOf(call);
  const to = (name: string): Partial<Found> => ({
    safety: 'safe',
    repair: (j) => {
      const callee = unwrap(call.callee as Node);
      if (isMember(callee)) Object.assign(callee, { property: j.identifier(name), computed: false });
    },
  });
  const byHand = (next: string): Partial<Found> => ({ safety: 'report', next });
  if (method === 'ensureIndex') return to('createIndex');
  if (method === 'save')
    return byHand('Write insertOne(document), or replaceOne({ _id }, document, { upsert: true }).');
  if (method === 'findAndModify') return byHand('Write findOneAndUpdate(filter, update, { sort }).');
  if (major < 5) return undefined;
  if (method === 'mapReduce') return byHand('Write it as an aggregation.');
  const [first] = given;
  if (method === 'insert') {
    if (first && unwrap(first).type === 'ArrayExpression') return to('insertMany');
    return first && unwrap(first).type === 'ObjectExpression'
      ? to('insertOne')
      : byHand('Write insertOne(document) or insertMany(documents).');
  }
  if (method !== 'update' && method !== 'remove') return undefined;
  const options = method === 'update' ? given[2] : given[1];
  const object = options && !isFunction(options) ? unwrap(options) : undefined;
  if (object && !isPlainObject(object))
    return byHand(`Write ${method === 'update' ? 'updateMany or updateOne' : 'deleteMany or deleteOne'}.`);
  const many = propertyOf(object, method === 'update' ? 'multi' : 'justOne')?.value;
  if (many && many.type !== 'BooleanLiteral')
    return byHand('The option decides: write the method for one, or the one for many.');
  const isOn = many?.type === 'BooleanLiteral' && many.value;
  if (method === 'remove') return to(isOn ? 'deleteOne' : 'deleteMany');
  const update = given[1] && unwrap(given[1]);
  // Without operators the old update replaced the whole document.
  const operators =
    update?.type === 'ObjectExpression' &&
    update.properties.every(
      (one) =>
        one.type === 'ObjectProperty' &&
        /^\$/.test(
          (one.key as { name?: string; value?: string }).name ??
            String((one.key as { value?: string }).value),
        ),
    );
  return operators
    ? to(isOn ? 'updateMany' : 'updateOne')
    : byHand('Write updateOne with $set, or replaceOne.');
}

function withoutCallback(script: Script, call: Call, callback: Node): Partial<Found> {
  const byHand: Partial<Found> = {
    safety: 'report',
    next: 'Await the call instead, and handle its error in try … catch.',
  };
  if (!mayBePromise(script, call)) return byHand;
  if (!isFunction(callback)) return { repair: (j) => namedCallbackToThen(script, j, call, callback) };
  const split = splitCallback(script, callback);
  return split?.fail ? { repair: (j) => callbackToThen(script, j, call, split) } : byHand;
}
