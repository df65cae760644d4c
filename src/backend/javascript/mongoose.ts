import { argumentsOf, isFunction, methodCall, type Node, unwrap } from '../../languages/javascript/nodes.ts';
import type { Script } from '../../languages/javascript/script.ts';
import { declaredType, madeBy, originOf, valueBehind } from '../../languages/javascript/trace.ts';

const SCHEMAS = /^(mongoose\.Schema|@nestjs\/mongoose\.SchemaFactory\.createForClass)$/;
const SCHEMA_TYPES = /^mongoose\.Schema$/;

/** True for `new Schema(…)` of Mongoose, by whatever name and from whichever module of the backend. */
export function isSchema(script: Script, node: Node): boolean {
  return (
    SCHEMAS.test(madeBy(script, node)?.origin ?? '') || SCHEMA_TYPES.test(declaredType(script, node) ?? '')
  );
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

function isConnection(script: Script, node: Node): boolean {
  return (
    madeBy(script, node)?.origin === 'mongoose.createConnection' ||
    originOf(script, node) === 'mongoose.connection'
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
