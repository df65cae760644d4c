import { exportsOf } from '../../languages/javascript/exports.ts';
import { importedAs, localModule, requiredModule } from '../../languages/javascript/module-names.ts';
import {
  argumentsOf,
  isCall,
  isFunction,
  isMember,
  methodCall,
  type Node,
  nameOf,
  propertyName,
  propertyOf,
  unwrap,
} from '../../languages/javascript/nodes.ts';
import type { Script } from '../../languages/javascript/script.ts';
import { declaredType, madeBy, originOf, returnedBy, valueBehind } from '../../languages/javascript/trace.ts';
import { contextValue } from './graphql-context.ts';

const CLASS = /^sequelize(\.Sequelize)?$/;

/** True for `new Sequelize(…)`, also where every branch gives the name one, and for what models get handed in by `sequelize-cli`. */
export function isSequelize(script: Script, node: Node): boolean {
  const at = unwrap(node);
  if (CLASS.test(declaredType(script, at) ?? '') || CLASS.test(madeBy(script, at)?.origin ?? '')) return true;
  if (at.type !== 'Identifier') return false;
  const binding = script.bindingOf(at);
  if (binding?.kind === 'param') return isDefiner(script, binding.declaration, binding.identifier);
  const values = script.valuesOf(at) ?? [];
  return values.length > 1 && values.every((value) => CLASS.test(madeBy(script, value)?.origin ?? ''));
}

/** `module.exports = (sequelize, DataTypes) => …`: what `sequelize.import` called. */
function isDefiner(script: Script, fn: Node, name: Node): boolean {
  if (!isFunction(fn) || fn.params[0] !== name || nameOf(fn.params[1] as Node) !== 'DataTypes') return false;
  return exportsOf(script).whole === fn || script.parentOf(fn)?.type === 'ExportDefaultDeclaration';
}

/** True for `sequelize.define(…)`, a class that extends Model, and a model of the index that `sequelize-cli` makes. */
export function isModelOfSequelize(script: Script, node: Node): boolean {
  const at = unwrap(node);
  if (isOfIndex(script, at) || isOfContext(script, at)) return true;
  const value = valueBehind(script, node);
  if (!value || 'module' in value) return false;
  const { superClass } = value.node as unknown as { superClass?: Node | null };
  if (/^Class/.test(value.node.type) && superClass)
    return originOf(value.script, superClass) === 'sequelize.Model';
  const used = methodCall(value.node);
  if (used && /^(define|model|import)$/.test(used.method) && isSequelize(value.script, used.receiver))
    return true;
  return isDefined(value.script, value.node);
}

/** `defineUser(sequelize, DataTypes)`, of a module that is such a function and returns what it defines. */
function isDefined(script: Script, call: Node): boolean {
  const [sequelize] = isCall(call) ? argumentsOf(call) : [];
  const fn = sequelize && isCall(call) ? valueBehind(script, call.callee as Node) : undefined;
  if (!sequelize || !fn || 'module' in fn || !isFunction(fn.node) || !isSequelize(script, sequelize))
    return false;
  const [name] = fn.node.params as Node[];
  if (!name || !isDefiner(fn.script, fn.node, name)) return false;
  const given = returnedBy(script, call);
  return given.length > 0 && given.every((one) => isModelOfSequelize(one.script, one.node));
}

/** `models.User` in a resolver of GraphQL whose server puts the models into the context. */
function isOfContext(script: Script, at: Node): boolean {
  const models = isMember(at) ? contextValue(script, at.object as Node) : undefined;
  const name = isMember(at) ? propertyName(at) : undefined;
  if (!models || 'module' in models || name === undefined) return false;
  const model = propertyOf(models.node, name)?.value as Node | undefined;
  return model !== undefined && isModelOfSequelize(models.script, model);
}

/** `db.User` and `const { User } = require('./models')`, where `./models` is the index that `sequelize-cli` makes. */
function isOfIndex(script: Script, at: Node): boolean {
  if (isMember(at)) {
    const object = unwrap(at.object as Node);
    const module = object.type === 'Identifier' ? moduleOf(script, object) : requiredScript(script, object);
    return givesModel(module, propertyName(at));
  }
  const binding = at.type === 'Identifier' ? script.bindingOf(at) : undefined;
  if (!binding || binding.writes.length > 0) return false;
  if (binding.kind === 'import') {
    const imported = importedAs(script, binding.declaration);
    return imported !== undefined && givesModel(localModule(script, imported.module), imported.name);
  }
  const property = script.parentOf(binding.identifier);
  const declarator = binding.declaration;
  const init = declarator.type === 'VariableDeclarator' ? (declarator.init as Node | null) : null;
  if (
    property?.type !== 'ObjectProperty' ||
    !init ||
    script.parentOf(property) !== (declarator as { id?: unknown }).id
  )
    return false;
  const module = requiredScript(script, init) ?? moduleOf(script, unwrap(init));
  return givesModel(module, nameOf(property.key as Node));
}

/** True for a name of an index that collects what it finds in its folder, or puts its models into an object one by one. */
function givesModel(index: Script | undefined, name: string | undefined): boolean {
  if (!index || name === undefined) return false;
  return (isModelName(name) && isModelsIndex(index)) || isPutIntoExports(index, name);
}

/** `db.User = require('./user')(sequelize, DataTypes)`, and `module.exports = db`. */
function isPutIntoExports(index: Script, name: string): boolean {
  const { whole } = exportsOf(index);
  const db = whole?.type === 'Identifier' ? index.bindingOf(whole) : undefined;
  if (db?.kind !== 'const' && db?.kind !== 'var' && db?.kind !== 'let') return false;
  const { init } = db.declaration as { init?: Node | null };
  if (init?.type !== 'ObjectExpression' || init.properties.length > 0 || db.writes.length > 0) return false;
  const given = index.all('AssignmentExpression').filter(({ left }) => {
    const target = left as Node;
    return isMember(target) && propertyName(target) === name && db.references.includes(target.object as Node);
  });
  const [one, more] = given;
  return one !== undefined && !more && isModelOfSequelize(index, one.right as Node);
}

function isModelName(name: string): boolean {
  return !/^(sequelize|Sequelize|default|DataTypes|Op)$/.test(name);
}

function moduleOf(script: Script, name: Node): Script | undefined {
  const binding = name.type === 'Identifier' ? script.bindingOf(name) : undefined;
  if (!binding || binding.writes.length > 0) return undefined;
  const imported = binding.kind === 'import' ? importedAs(script, binding.declaration) : undefined;
  if (imported) return localModule(script, imported.module);
  const { init, id } = binding.declaration as { init?: Node | null; id?: Node };
  return init && id?.type === 'Identifier' ? requiredScript(script, init) : undefined;
}

function requiredScript(script: Script, node: Node): Script | undefined {
  const module = requiredModule(script, unwrap(node));
  return module === undefined ? undefined : localModule(script, module);
}

/** A module whose exports get `.sequelize` and, by computed names, whatever it finds. */
function isModelsIndex(script: Script): boolean {
  const assignments = script
    .all('AssignmentExpression')
    .flatMap(({ left }) => (isMember(left as Node) ? [left as Node] : []));
  const named = assignments.some((left) => isMember(left) && propertyName(left) === 'sequelize');
  return (
    named && assignments.some((left) => isMember(left) && left.computed && propertyName(left) === undefined)
  );
}
