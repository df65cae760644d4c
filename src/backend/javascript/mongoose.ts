import { handedTo } from '../../languages/javascript/callers.ts';
import {
  argumentsOf,
  isFunction,
  isMember,
  keyOf,
  methodCall,
  methodOf,
  type Node,
  propertyName,
  propertyOf,
  stringValue,
  unwrap,
} from '../../languages/javascript/nodes.ts';
import type { Script } from '../../languages/javascript/script.ts';
import { declaredType, madeBy, originOf, valueBehind } from '../../languages/javascript/trace.ts';
import { usesOfFunction } from '../../languages/javascript/uses.ts';

const SCHEMAS = /^(mongoose\.Schema|@nestjs\/mongoose\.SchemaFactory\.createForClass)$/;
const SCHEMA_TYPES = /^mongoose\.Schema$/;

/** What a schema gives back itself. */
const SAME_SCHEMA = /^(pre|post|plugin|index|add|static|method)$/;
/** Schemas that are handed on through more functions than this are a circle. */
const DEPTH = 5;

/** True for `new Schema(…)` of Mongoose, by whatever name and from whichever module of the backend, and where a function is handed one. */
export function isSchema(script: Script, node: Node, depth = DEPTH): boolean {
  if (SCHEMAS.test(madeBy(script, node)?.origin ?? '')) return true;
  if (SCHEMA_TYPES.test(declaredType(script, node) ?? '')) return true;
  if (depth === 0) return false;
  const value = valueBehind(script, node);
  const chained = value && 'node' in value ? methodCall(value.node) : undefined;
  if (value && chained && SAME_SCHEMA.test(chained.method))
    return isSchema(value.script, chained.receiver, depth - 1);
  const handed = handedTo(script, unwrap(node));
  if (handed && handed.length > 0) return handed.every((one) => isSchema(one.script, one.node, depth - 1));
  return isOfPlugin(script, unwrap(node), depth);
}

/** The first parameter of a function that schemas, or mongoose for all of them, have as a plugin, and nobody else calls. */
function isOfPlugin(script: Script, node: Node, depth: number): boolean {
  const binding = node.type === 'Identifier' ? script.bindingOf(node) : undefined;
  const fn = binding?.kind === 'param' && binding.writes.length === 0 ? binding.declaration : undefined;
  if (!isFunction(fn) || fn.params[0] !== binding?.identifier) return false;
  const uses = usesOfFunction(script, fn);
  if (!uses || uses.length === 0) return false;
  return uses.every((use) => {
    const call = use.script.parentOf(use.node);
    const used = call && methodCall(call);
    if (!call || used?.method !== 'plugin' || argumentsOf(call)[0] !== use.node) return false;
    return (
      originOf(use.script, used.receiver) === 'mongoose' || isSchema(use.script, used.receiver, depth - 1)
    );
  });
}

/** True for what `model()` returns, of mongoose or of a connection of its, and for what is declared as a Model. */
export function isModel(script: Script, node: Node): boolean {
  const made = madeBy(script, node);
  if (/^mongoose\.(model|connection\.model)$/.test(made?.origin ?? '')) return true;
  if (declaredType(script, node) === 'mongoose.Model') return true;
  const value = valueBehind(script, node);
  if (!value || 'module' in value) return false;
  const made2 = value.node.type === 'LogicalExpression' ? unwrap(value.node.right as Node) : value.node;
  const call = methodCall(made2);
  return call?.method === 'model' && isConnection(value.script, call.receiver);
}

/** A connection of Mongoose, also what `createConnection().asPromise()` and `useDb()` of one give. */
function isConnection(script: Script, node: Node): boolean {
  if (madeBy(script, node)?.origin === 'mongoose.createConnection') return true;
  if (originOf(script, node) === 'mongoose.connection') return true;
  const value = valueBehind(script, node);
  const chained = value && 'node' in value ? methodCall(value.node) : undefined;
  return (
    value !== undefined &&
    /^(asPromise|useDb)$/.test(chained?.method ?? '') &&
    chained !== undefined &&
    isConnection(value.script, chained.receiver)
  );
}

const QUERY_METHODS =
  /^(find\w*|where|count\w*|estimatedDocumentCount|distinct|delete(One|Many)|update(One|Many)|update|remove|replaceOne|exists)$/;
const BUILDERS =
  /^(populate|sort|limit|skip|select|lean|where|equals|gt|gte|lt|lte|ne|in|nin|or|and|nor|regex|exists|session|read|hint|collation|slice|elemMatch|batchSize|comment|cursor|find\w*|setOptions|maxTimeMS|within|near|distinct)$/;

/** True for a query of a model that may still be chained: `Model.find().sort()`. */
export function isQuery(script: Script, node: Node): boolean {
  const value = valueBehind(script, node);
  if (!value || 'module' in value) return false;
  const call = methodCall(value.node);
  if (!call || wasAwaited(value.script, value.node)) return false;
  if (QUERY_METHODS.test(call.method) && isModel(value.script, call.receiver)) return true;
  return BUILDERS.test(call.method) && isQuery(value.script, call.receiver);
}

const ONE = /^(findOne\w*|findById\w*|create)$/;

/** True for one document: `new Model()`, an awaited `findOne()`, or what a callback or `then` of it gets. */
export function isDocument(script: Script, node: Node): boolean {
  const at = unwrap(node);
  if (at.type === 'Identifier') {
    const binding = script.bindingOf(at);
    if (binding?.kind === 'param') return isResultOfOne(script, binding.declaration, binding.identifier);
  }
  const value = valueBehind(script, at);
  if (!value || 'module' in value) return false;
  if (value.node.type === 'NewExpression') return isModel(value.script, value.node.callee as Node);
  return wasAwaited(value.script, value.node) && givesOne(value.script, value.node);
}

/** The parameter of `Model.findOne(q, (error, document) => …)` and of `Model.findOne(q).then((document) => …)`. */
function isResultOfOne(script: Script, fn: Node, param: Node): boolean {
  const call = script.parentOf(fn);
  const given = call && methodCall(call);
  if (!call || !given || !isFunction(fn)) return false;
  const index = (fn.params as Node[]).indexOf(param);
  if (given.method === 'then')
    return index === 0 && argumentsOf(call)[0] === fn && givesOne(script, given.receiver);
  return (
    index === 1 && (givesOne(script, call) || (given.method === 'exec' && givesOne(script, given.receiver)))
  );
}

function givesOne(script: Script, node: Node): boolean {
  const call = methodCall(unwrap(node));
  if (!call) return false;
  if (ONE.test(call.method) && isModel(script, call.receiver)) return true;
  return (BUILDERS.test(call.method) || call.method === 'exec') && givesOne(script, call.receiver);
}

function wasAwaited(script: Script, node: Node): boolean {
  return script.parentOf(node)?.type === 'AwaitExpression';
}

/**
 * True where some schema of the backend gives its models (`statics`) or documents (`methods`) a method of their own by that name:
 * `schema.statics.count = …`, `schema.static('count', …)`, `new Schema(…, { statics: { count() {} } })`.
 */
export function isOwnMethod(script: Script, of: 'statics' | 'methods', name: string): boolean {
  const others = script.modules?.mentioning(name).filter(({ path }) => path !== script.path) ?? [];
  return [script, ...others].some((one) => declaresMethod(one, of, name));
}

function declaresMethod(script: Script, of: 'statics' | 'methods', name: string): boolean {
  const assigned = script.all('AssignmentExpression').some(({ left, right }) => {
    const target = unwrap(left as Node);
    if (!isMember(target)) return false;
    const object = unwrap(target.object as Node);
    if (propertyName(target) === of) return hasKey(right as Node, name);
    return propertyName(target) === name && isMember(object) && propertyName(object) === of;
  });
  const listed = script
    .all('ObjectProperty')
    .some((property) => keyOf(property) === of && hasKey(property.value as Node, name));
  return assigned || listed || script.calls.some((call) => givesMethod(call, of, name));
}

/** `schema.static('count', …)`, and the same with an object. */
function givesMethod(call: Node, of: 'statics' | 'methods', name: string): boolean {
  const [given] = argumentsOf(call);
  if (methodCall(call)?.method !== of.slice(0, -1) || !given) return false;
  return stringValue(given) === name || hasKey(given, name);
}

function hasKey(node: Node, name: string): boolean {
  const object = unwrap(node);
  return propertyOf(object, name) !== undefined || methodOf(object, name) !== undefined;
}
