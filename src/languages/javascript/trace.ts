import { type Answers, cutShort } from './answers.ts';
import { exportsOf } from './exports.ts';
import { importedAs, isRelative, localModule, requiredModule } from './module-names.ts';
import {
  isCall,
  isFunction,
  isMember,
  isNothing,
  type Node,
  nameOf,
  propertyName,
  propertyOf,
  unwrap,
} from './nodes.ts';
import type { Script } from './script.ts';

/** An expression and the file that it stands in, or a whole module of the backend. */
export type Value = { script: Script; node: Node } | { script: Script; module: true };

/** A chain of imports longer than this is a circle. */
const DEPTH = 25;

/**
 * Where a value comes from: the package and the names behind it, as in `mongoose.connect`. Follows imports, `require`,
 * `await import()`, destructuring, constants and the backend's own modules; `default` is left out, since the interop rules
 * differ by compiler. Undefined where it comes from no package, where a name is declared more than once or assigned to later.
 */
export function originOf(script: Script, node: Node, depth = DEPTH): string | undefined {
  const at = unwrap(node);
  if (depth === 0) return cutShort();
  return remembered(script.origins, at, depth, () => searchOrigin(script, at, depth));
}

function remembered<T>(
  answers: Answers<T> | undefined,
  node: Node,
  depth: number,
  search: () => T | undefined,
): T | undefined {
  return answers ? answers.find(node, depth, search) : search();
}

function searchOrigin(script: Script, at: Node, depth: number): string | undefined {
  if (at.type === 'Identifier') return originOfName(script, at, depth - 1);
  if (at.type === 'AwaitExpression')
    return at.argument ? originOf(script, at.argument as Node, depth - 1) : undefined;
  if (isMember(at)) {
    const name = propertyName(at);
    const of = originOf(script, at.object as Node, depth - 1);
    if (of !== undefined) return member(of, name);
    const found = follow(script, at, depth - 1);
    return found && 'node' in found && found.node !== at
      ? originOf(found.script, found.node, depth - 1)
      : undefined;
  }
  const name = requiredModule(script, at);
  if (name === undefined) return undefined;
  const other = localModule(script, name);
  const whole = other && exportsOf(other).whole;
  if (other) return whole && originOf(other, whole, depth - 1);
  return isRelative(name) ? undefined : name;
}

/**
 * The expression that made a value, followed through constants, `await`, destructuring, class properties and the
 * backend's own modules. Returns the expression itself where nothing stands behind it, undefined where several may.
 */
export function valueBehind(script: Script, node: Node): Value | undefined {
  const found = follow(script, node, DEPTH);
  if (!found || 'node' in found) return found;
  // `module.exports = client`: the module is the client.
  const { whole } = exportsOf(found.script);
  return whole ? (follow(found.script, whole, DEPTH) ?? found) : found;
}

function follow(script: Script, node: Node, depth: number): Value | undefined {
  const at = unwrap(node);
  if (depth === 0) return cutShort();
  return remembered(script.values, at, depth, () => searchValue(script, at, depth));
}

function searchValue(script: Script, at: Node, depth: number): Value | undefined {
  const next = depth - 1;
  if (at.type === 'AwaitExpression')
    return at.argument ? follow(script, at.argument as Node, next) : undefined;
  if (at.type === 'Identifier') return valueOfName(script, at, next);
  if (isMember(at)) return valueOfMember(script, at, next);
  const module = requiredModule(script, at);
  const file = module === undefined ? undefined : script.modules?.resolve(script.path, module);
  const other = file === undefined ? undefined : script.modules?.script(file);
  return other ? { script: other, module: true } : { script, node: at };
}

/**
 * The origin of what was called, or constructed, to make a value: `pg.Pool` for `new Pool()`. Both sides of `a || b` count, and
 * the one thing that a function of the backend returns.
 */
export function madeBy(
  script: Script,
  node: Node,
  depth = 5,
): { origin: string; call: Node; script: Script } | undefined {
  const found = valueBehind(script, node);
  if (!found || 'module' in found) return undefined;
  const made = found.node;
  if (made.type === 'LogicalExpression')
    return madeBy(found.script, made.right as Node, depth) ?? madeBy(found.script, made.left as Node, depth);
  if (made.type === 'ConditionalExpression')
    return (
      madeBy(found.script, made.consequent as Node, depth) ??
      madeBy(found.script, made.alternate as Node, depth)
    );
  if (made.type === 'AssignmentExpression') return madeBy(found.script, made.right as Node, depth);
  if (!isCall(made) && made.type !== 'NewExpression') return undefined;
  const origin = originOf(found.script, made.callee as Node);
  if (origin !== undefined) return { origin, call: made, script: found.script };
  const [returned, another] = depth > 0 && isCall(made) ? returnedBy(found.script, made) : [];
  return returned && !another ? madeBy(returned.script, returned.node, depth - 1) : undefined;
}

/** What the function that a call is of returns at each of its ends; nothing where it is no function of the backend, or returns nothing. */
export function returnedBy(script: Script, call: Node): { script: Script; node: Node }[] {
  const fn = isCall(call) ? valueBehind(script, call.callee as Node) : undefined;
  if (!fn || 'module' in fn) return [];
  return returnsOf(fn.script, fn.node).map((node) => ({ script: fn.script, node }));
}

/** What a function returns at each of its ends; nothing where it is none, or a generator. */
export function returnsOf(script: Script, fn: Node): Node[] {
  if (!isFunction(fn) || fn.generator) return [];
  if (fn.body.type !== 'BlockStatement') return [fn.body as Node];
  const own = script.within(fn.body as Node, (one) => !isFunction(one));
  return own.flatMap((one) => (one.type === 'ReturnStatement' && one.argument ? [one.argument as Node] : []));
}

/** The origin of the type that a name or a property is declared with: `typeorm.Repository` for `repo: Repository<User>`. */
export function declaredType(script: Script, node: Node): string | undefined {
  return typeOrigin(script, declaredAnnotation(script, node));
}

/** The type that a name, or a property of `this`, is declared with. */
export function declaredAnnotation(script: Script, node: Node): Node | undefined {
  const at = unwrap(node);
  if (at.type === 'Identifier') return annotationOf(script.bindingOf(at)?.identifier);
  if (!isMember(at) || (at.object as Node).type !== 'ThisExpression') return undefined;
  const declared = classMember(script, at, propertyName(at));
  return annotationOf(declared?.type === 'TSParameterProperty' ? parameterOf(declared) : declared);
}

function originOfName(script: Script, name: Node & { name: string }, depth: number): string | undefined {
  const binding = script.bindingOf(name);
  if (!binding || binding.writes.length > 0) return undefined;
  if (binding.kind === 'import') {
    const imported = importedAs(script, binding.declaration);
    if (!imported || imported.type) return undefined;
    return importOrigin(script, imported, depth);
  }
  const path = destructured(script, binding.identifier, binding.declaration);
  const init = (binding.declaration as { init?: Node | null }).init;
  if (binding.declaration.type !== 'VariableDeclarator' || !init || !path) return undefined;
  const base = originOf(script, init, depth);
  if (base !== undefined) return path.reduce<string | undefined>(member, base);
  const found = follow(script, name, depth);
  return found && 'node' in found && found.node !== unwrap(init) && found.node !== name
    ? originOf(found.script, found.node, depth)
    : undefined;
}

function importOrigin(
  script: Script,
  imported: { module: string; name: string },
  depth: number,
): string | undefined {
  const other = localModule(script, imported.module);
  if (depth === 0) return cutShort();
  if (!other) return isRelative(imported.module) ? undefined : member(imported.module, imported.name);
  const { named, whole } = exportsOf(other);
  const found = named(imported.name);
  if (!found) return whole && member(originOf(other, whole, depth), imported.name);
  if ('node' in found) return originOf(other, found.node, depth);
  return importOrigin(other, { module: found.from, name: found.name }, depth - 1);
}

function valueOfName(script: Script, name: Node & { name: string }, depth: number): Value | undefined {
  const binding = script.bindingOf(name);
  if (!binding) return undefined;
  if (binding.kind === 'import') {
    const imported = importedAs(script, binding.declaration);
    return imported && !imported.type ? importedValue(script, imported, name, depth) : undefined;
  }
  if (binding.kind === 'class' || binding.kind === 'function') return { script, node: binding.declaration };
  const path = destructured(script, binding.identifier, binding.declaration);
  if (binding.declaration.type !== 'VariableDeclarator' || !path) return undefined;
  const value = onlyValue(script, binding);
  if (!value) return undefined;
  if (depth === 0) return cutShort();
  const from = follow(script, value, depth - 1);
  const found = path.reduce<Value | undefined>(
    (at, key) => (at ? property(at, key, depth - 1) : undefined),
    from,
  );
  // What is taken out of a package ends at its name here.
  return found ?? (path.length > 0 ? { script, node: name } : undefined);
}

/** The initial value of a name that nothing assigns to, or the one value that is assigned to a name without one. */
function onlyValue(script: Script, binding: { declaration: Node; writes: Node[] }): Node | undefined {
  const { init } = binding.declaration as { init?: Node | null };
  if (binding.writes.length === 0) return init ?? undefined;
  const [write, more] = binding.writes;
  const assignment = write && script.parentOf(write);
  return (!init || isNothing(init)) &&
    !more &&
    assignment?.type === 'AssignmentExpression' &&
    assignment.operator === '='
    ? (assignment.right as Node)
    : undefined;
}

function importedValue(
  script: Script,
  { module, name }: { module: string; name: string },
  node: Node,
  depth: number,
): Value | undefined {
  const other = localModule(script, module);
  if (depth === 0) cutShort();
  if (!other || depth === 0) return { script, node };
  if (name === '*') return { script: other, module: true };
  return property({ script: other, module: true }, name, depth - 1);
}

function valueOfMember(script: Script, at: Node, depth: number): Value | undefined {
  if (!isMember(at)) return undefined;
  const name = propertyName(at);
  if (name === undefined) return undefined;
  if ((at.object as Node).type === 'ThisExpression') return classValue(script, at, name, depth);
  const object = follow(script, at.object as Node, depth);
  const found = object && property(object, name, depth);
  return found ?? { script, node: at };
}

function property(of: Value, name: string, depth: number): Value | undefined {
  if (depth === 0) return cutShort();
  if ('module' in of) {
    const found = exportsOf(of.script).named(name);
    if (!found) return name === 'default' ? of : undefined;
    if ('node' in found) return follow(of.script, found.node, depth - 1);
    const other = localModule(of.script, found.from);
    if (!other) return undefined;
    return found.name === '*'
      ? { script: other, module: true }
      : property({ script: other, module: true }, found.name, depth - 1);
  }
  const value = propertyOf(of.node, name)?.value as Node | undefined;
  return value && follow(of.script, value, depth - 1);
}

/** `this.x`: what a class property is made of, where it is given a value in one place only. */
function classValue(script: Script, at: Node, name: string, depth: number): Value | undefined {
  const around = script.above(at, isClass);
  if (!around) return undefined;
  const declared = classMember(script, at, name) as { value?: Node | null } | undefined;
  const values = [...(declared?.value ? [declared.value] : []), ...assignedToThis(script, around, name)];
  return values.length === 1 && values[0] ? follow(script, values[0], depth) : { script, node: at };
}

const assignments = new WeakMap<Script, Map<Node, Map<string, Node[]>>>();

/** What is assigned to `this.name` in a class, and in the classes inside it. */
function assignedToThis(script: Script, around: Node, name: string): readonly Node[] {
  const found = assignments.get(script) ?? readAssignments(script);
  assignments.set(script, found);
  return found.get(around)?.get(name) ?? [];
}

function readAssignments(script: Script): Map<Node, Map<string, Node[]>> {
  const found = new Map<Node, Map<string, Node[]>>();
  for (const { left, right } of script.all('AssignmentExpression')) {
    const target = unwrap(left as Node);
    if (!isMember(target) || (target.object as Node).type !== 'ThisExpression') continue;
    const name = propertyName(target);
    if (name === undefined) continue;
    for (let at = script.above(target, isClass); at; at = script.above(at, isClass)) {
      const names = found.get(at) ?? new Map<string, Node[]>();
      found.set(at, names.set(name, [...(names.get(name) ?? []), right as Node]));
    }
  }
  return found;
}

function isClass(node: Node): boolean {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

function classMember(script: Script, at: Node, name: string | undefined): Node | undefined {
  const around = script.above(at, (node) => node.type === 'ClassBody');
  if (around?.type !== 'ClassBody' || name === undefined) return undefined;
  for (const one of around.body as Node[]) {
    const { key, computed } = one as unknown as { key?: Node; computed?: boolean };
    if (/Property$/.test(one.type) && nameOf(key, computed) === name) return one;
    if (one.type !== 'ClassMethod' || one.kind !== 'constructor') continue;
    for (const param of one.params as Node[])
      if (param.type === 'TSParameterProperty' && nameOf(parameterOf(param)) === name) return param;
  }
  return undefined;
}

function parameterOf(property: Node): Node | undefined {
  const { parameter } = property as unknown as { parameter: Node };
  return parameter.type === 'AssignmentPattern' ? (parameter.left as Node) : parameter;
}

function annotationOf(node: Node | undefined): Node | undefined {
  const { typeAnnotation } = (node ?? {}) as { typeAnnotation?: Node | null };
  return typeAnnotation?.type === 'TSTypeAnnotation' ? (typeAnnotation.typeAnnotation as Node) : undefined;
}

/** The package and the names behind a type that is written out. */
export function typeOrigin(script: Script, type: Node | undefined): string | undefined {
  if (type?.type !== 'TSTypeReference') return undefined;
  const path: string[] = [];
  let name = type.typeName as Node;
  while (name.type === 'TSQualifiedName') {
    path.unshift(nameOf(name.right as Node) ?? '');
    name = name.left as Node;
  }
  const binding = script.bindingOf(name);
  const imported = binding?.kind === 'import' ? importedAs(script, binding.declaration) : undefined;
  const base = imported && importOrigin(script, imported, DEPTH);
  return base === undefined ? undefined : path.reduce<string | undefined>(member, base);
}

/** The keys on the way from a declarator's value to a name in its pattern; undefined for arrays, rests and computed keys. */
function destructured(script: Script, identifier: Node, declarator: Node): string[] | undefined {
  const keys: string[] = [];
  let at = identifier;
  while (script.parentOf(at) !== declarator) {
    const parent = script.parentOf(at);
    if (parent?.type === 'ObjectProperty') {
      const key = nameOf(parent.key as Node, parent.computed === true);
      if (key === undefined) return undefined;
      keys.unshift(key);
    } else if (parent?.type !== 'ObjectPattern') return undefined;
    at = parent;
  }
  return keys;
}

function member(origin: string | undefined, name: string | undefined): string | undefined {
  if (origin === undefined || name === undefined) return undefined;
  return name === 'default' || name === '*' ? origin : `${origin}.${name}`;
}
