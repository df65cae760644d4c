import type { JSCodeshift } from 'jscodeshift';
import {
  isDocument,
  isModel,
  isOwnMethod,
  isQuery,
  isSchema,
} from '../../../src/backend/javascript/mongoose.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import {
  argumentsOf,
  isFunction,
  isMember,
  isPlainObject,
  methodCall,
  type Node,
  type Property,
  propertyOf,
  startOf,
  stringValue,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import {
  isAwaited,
  isChained,
  remove,
  replace,
  type Script,
} from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const mongoose = version('mongoose');
  if (!mongoose?.is('>=7')) return [];
  return script.calls.flatMap((call): Found[] => {
    const used = methodCall(call);
    if (used && /^(pre|post)$/.test(used.method)) return hooks(script, call, used, mongoose);
    const since = used && Object.hasOwn(SINCE, used.method) ? SINCE[used.method] : undefined;
    if (!used || !since || mongoose.major < since) return [];
    const change = changeFor(script, call, used);
    return change ? [found(script, call, used.method, change, mongoose)] : [];
  });
};

export const transform = {
  title: 'Use the methods that Mongoose has',
  why: 'Mongoose 7 took update, remove and mapReduce away, and Mongoose 8 count and findOneAndRemove: the call is a TypeError.',
  safety: 'safe',
  docs: 'https://mongoosejs.com/docs/migrating_to_7.html#removed-remove',
  catalogue: ['js-mongoose-removed-methods'],
  fixes: [/\.(update|remove|count|findOneAndRemove|findByIdAndRemove|mapReduce) is not a function/],
  packages: ['mongoose'],
  literals: ['.update(', '.remove(', '.count(', 'AndRemove(', '.mapReduce(', "'remove'", '"remove"'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--mongoose=8` gives the installed version. */
export default rewriteWith(find);

/** `pre('remove', …)` ran when a document was removed; deleteOne(), which took its place, runs hooks of its own. */
function hooks(
  script: Script,
  call: Node,
  { receiver, method }: { receiver: Node; method: string },
  mongoose: PackageVersion,
): Found[] {
  const [name, ...more] = argumentsOf(call);
  const names = name?.type === 'ArrayExpression' ? (name.elements as (Node | null)[]) : [name];
  if (!name || !names.some((one) => stringValue(one) === 'remove') || !isSchema(script, receiver)) return [];
  const found = {
    subject: `${method} remove`,
    at: name,
    message: `${mongoose.text} has no remove() of a document: this hook never runs.`,
  };
  const next = "Write it for 'deleteOne', with { document: true, query: false }.";
  if (name.type !== 'StringLiteral' || more.length !== 1) return [{ ...found, safety: 'report', next }];
  return [
    {
      ...found,
      safety: { unsafe: 'What has not run since Mongoose 7 runs again where a document is deleted.' },
      repair: (j) => {
        const quote = script.text[startOf(name)] ?? "'";
        const { callee, typeParameters } = call as unknown as { callee: Node; typeParameters?: Node };
        const given = `(${quote}deleteOne${quote}, { document: true, query: false }, `;
        const made = expressionOf(j, ['', given, ')'], [callee, ...more]);
        replace(script, call, Object.assign(made, typeParameters && { typeParameters }));
      },
    },
  ];
}

/** Measured with Mongoose 5 to 9: the major version from which on a model, a query or a document has no such method. */
const SINCE: Record<string, number> = {
  update: 7,
  remove: 7,
  mapReduce: 7,
  count: 8,
  findOneAndRemove: 8,
  findByIdAndRemove: 8,
};

interface Change {
  to?: string;
  /** The option that the name of the method now says; Mongoose 9 declares it no more. */
  gone?: Property;
  unsafe?: string;
  next?: string;
}

function changeFor(
  script: Script,
  call: Node,
  { receiver, method }: { receiver: Node; method: string },
): Change | undefined {
  if (isModel(script, receiver))
    return isOwnMethod(script, 'statics', method) ? undefined : ofModel(script, call, method, true);
  if (isQuery(script, receiver)) return ofModel(script, call, method, false);
  if (method === 'remove' && isDocument(script, receiver) && !isOwnMethod(script, 'methods', method))
    return ofDocument(script, call);
  return undefined;
}

function ofModel(script: Script, call: Node, method: string, model: boolean): Change {
  if (method === 'count') return { to: 'countDocuments' };
  if (method === 'findOneAndRemove') return { to: 'findOneAndDelete' };
  if (method === 'findByIdAndRemove') return { to: 'findByIdAndDelete' };
  if (method === 'mapReduce') return { next: 'Write it as an aggregation: Model.aggregate().' };
  if (method === 'remove')
    return {
      to: 'deleteMany',
      unsafe: 'deleteMany deletes all that match; with { single: true } it was one.',
    };
  return updateOf(
    argumentsOf(call).filter((given) => !isFunction(given)),
    model,
    script,
  );
}

/** `update` changed one document, or all with `multi: true`. */
function updateOf(given: Node[], model: boolean, script: Script): Change {
  const unsafe = 'The result has modifiedCount instead of nModified, also where it is read by other files.';
  const options = model ? given[2] : given[1];
  if (!options) return { to: 'updateOne', unsafe };
  const object = script.bindingOf(options) ? undefined : unwrap(options);
  const gone = isPlainObject(object) ? propertyOf(object, 'multi') : undefined;
  if (!isPlainObject(object) || (gone && gone.value.type !== 'BooleanLiteral'))
    return { next: 'Call updateMany where the options say multi: true, else updateOne.' };
  const many = gone?.value.type === 'BooleanLiteral' && gone.value.value;
  return { to: many ? 'updateMany' : 'updateOne', unsafe, ...(gone && { gone }) };
}

/** `document.remove()` ran at once; `deleteOne()` returns a query that runs when it is awaited. */
function ofDocument(script: Script, call: Node): Change {
  const runs =
    isAwaited(script, call) || isChained(script, call) || script.parentOf(call)?.type === 'ReturnStatement';
  return runs
    ? { to: 'deleteOne' }
    : { next: 'Write await document.deleteOne(): without await nothing is deleted.' };
}

function found(
  script: Script,
  call: Node,
  method: string,
  { to, gone, unsafe, next }: Change,
  mongoose: PackageVersion,
): Found {
  const message = `${mongoose.text} has no ${method}()${to ? `; it is ${to}()` : ''}.`;
  const at = (call as unknown as { callee: Node }).callee;
  if (!to) return { subject: method, at, message, safety: 'report', ...(next && { next }) };
  return {
    subject: method,
    at,
    message,
    ...(unsafe && { safety: { unsafe } }),
    repair: (j) => {
      rename(j, at, to);
      if (gone) removeOption(script, gone);
    },
  };
}

function rename(j: JSCodeshift, callee: Node, to: string): void {
  const member = unwrap(callee);
  if (isMember(member)) Object.assign(member, { property: j.identifier(to), computed: false });
}

/** Takes an option out, and the object with it where nothing is left in it. */
function removeOption(script: Script, option: Property): void {
  const object = script.parentOf(option);
  remove(script, option);
  if (object?.type === 'ObjectExpression' && object.properties.length === 0) remove(script, object);
}
