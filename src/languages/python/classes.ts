import type { PythonDocument } from './document.ts';
import type { Origin } from './origin.ts';
import type { Binding } from './scope.ts';
import { children, descendants, enclosing, type Node } from './tree.ts';

/** A class of the project. */
export interface PythonClass {
  document: PythonDocument;
  definition: Node;
  name: string;
}

/** What a class has by some name: a method or variable of its body, or what its methods assign to `self.name`. */
export interface Member {
  owner: PythonClass;
  /** Of the body. */
  binding?: Binding;
  /** Of `self.name: annotation = value`. */
  value?: Node;
  annotation?: Node;
  /** Bound in a way that cannot be followed: unpacked, in a loop, by `with`. */
  opaque?: true;
}

/** A class with all it inherits from. */
export interface Lineage {
  /** Itself, then its bases of the project, in the order in which a name is looked up. */
  classes: PythonClass[];
  /** Dotted names of the bases that are not the project's. */
  external: string[];
  /** False where a base cannot be followed: any name may come from there. */
  complete: boolean;
}

const MOST_BASES = 40;

export function classOf(document: PythonDocument, definition: Node): PythonClass {
  return { document, definition, name: definition.childForFieldName('name')?.text ?? '' };
}

export function isSameClass(a: PythonClass, b: PythonClass): boolean {
  return a.definition.id === b.definition.id && a.document.path === b.document.path;
}

/** The class that an expression names, or undefined where it names none of the project's, or more than one. */
export function classAt(document: PythonDocument, node: Node): PythonClass | undefined {
  return classBehind(document.origin(withoutArguments(node)));
}

function classBehind(origin: Origin): PythonClass | undefined {
  return origin.kind === 'local' && origin.binding.kind === 'class'
    ? classOf(origin.document, origin.binding.statement)
    : undefined;
}

/** `Base[Item]` is `Base`. */
export function withoutArguments(node: Node): Node {
  return node.type === 'subscript' ? (node.childForFieldName('value') ?? node) : node;
}

/** The expressions of a class's bases, keywords such as `table=True` left out. */
export function basesOf(definition: Node): Node[] {
  const list = definition.childForFieldName('superclasses');
  return list ? children(list).filter(({ type }) => !/^(keyword_argument|comment)$/.test(type)) : [];
}

/** The value of `class A(B, table=True)`'s keyword. */
export function classKeyword(definition: Node, name: string): Node | undefined {
  const list = definition.childForFieldName('superclasses');
  const found = (list ? children(list) : []).find(
    (each) => each.type === 'keyword_argument' && each.childForFieldName('name')?.text === name,
  );
  return found?.childForFieldName('value') ?? undefined;
}

const lineages = new WeakMap<PythonDocument, Map<number, Lineage>>();

/** A class and what it inherits from, depth first, each class once. */
export function lineageOf(one: PythonClass): Lineage {
  const known = remembered(lineages, one.document);
  const found = known.get(one.definition.id) ?? findLineage(one);
  known.set(one.definition.id, found);
  return found;
}

function findLineage(one: PythonClass): Lineage {
  const lineage: Lineage = { classes: [], external: [], complete: true };
  const waiting = [one];
  for (let at = waiting.shift(); at; at = waiting.shift()) {
    const current = at;
    if (lineage.classes.some((each) => isSameClass(each, current))) continue;
    lineage.classes.push(current);
    if (lineage.classes.length > MOST_BASES) return { ...lineage, complete: false };
    const below: PythonClass[] = [];
    for (const base of basesOf(current.definition)) {
      const origin = current.document.origin(withoutArguments(base));
      const next = classBehind(origin);
      if (next) below.push(next);
      else if (origin.kind === 'external') lineage.external.push(origin.name);
      else if (origin.kind === 'builtin') lineage.external.push(`builtins.${origin.name}`);
      else lineage.complete = false;
    }
    waiting.unshift(...below);
  }
  return lineage;
}

/** What a class itself and the first of its bases that has the name make of it; empty where none of the project's has it. */
export function membersOf(one: PythonClass, name: string): Member[] {
  for (const owner of lineageOf(one).classes) {
    const found = ownMembers(owner).get(name);
    if (found) return found;
  }
  return [];
}

/** The same, of what the class inherits only: what `super().name` means. */
export function inheritedMembers(one: PythonClass, name: string): Member[] {
  for (const owner of lineageOf(one).classes.slice(1)) {
    const found = ownMembers(owner).get(name);
    if (found) return found;
  }
  return [];
}

const members = new WeakMap<PythonDocument, Map<number, Map<string, Member[]>>>();

/** By name, what the body of a class binds and what its methods assign to their instance. */
export function ownMembers(one: PythonClass): Map<string, Member[]> {
  const known = remembered(members, one.document);
  const found = known.get(one.definition.id) ?? findMembers(one);
  known.set(one.definition.id, found);
  return found;
}

function findMembers(owner: PythonClass): Map<string, Member[]> {
  const found = new Map<string, Member[]>();
  const add = (name: string, member: Member) => found.set(name, [...(found.get(name) ?? []), member]);
  const scope = owner.document.scopes.byNode.get(owner.definition.id);
  for (const [name, bindings] of scope?.bindings ?? [])
    for (const binding of bindings) if (binding.kind !== 'deleted') add(name, { owner, binding });
  for (const method of methodsOf(owner.definition)) {
    const self = receiverName(method);
    if (self) for (const [name, member] of assignedTo(owner, method, self)) add(name, member);
  }
  return found;
}

/** The functions of a class's body, decorated or not. */
export function methodsOf(definition: Node): Node[] {
  const body = definition.childForFieldName('body');
  return (body ? children(body) : []).flatMap((statement) => {
    const inner =
      statement.type === 'decorated_definition' ? statement.childForFieldName('definition') : statement;
    return inner?.type === 'function_definition' ? [inner] : [];
  });
}

/** What a method calls its instance or class: its first parameter. Undefined of a static method. */
export function receiverName(method: Node): string | undefined {
  if (decoratorsOf(method).some((each) => each.text === 'staticmethod')) return undefined;
  const first = children(method.childForFieldName('parameters') ?? method).find(
    ({ type }) => type !== 'comment',
  );
  if (first?.type === 'identifier') return first.text;
  return first?.type === 'typed_parameter' && first.namedChildren[0]?.type === 'identifier'
    ? first.namedChildren[0].text
    : undefined;
}

/** The expressions behind the `@`s of a function or class, the outermost first. */
export function decoratorsOf(definition: Node): Node[] {
  const parent = definition.parent?.type === 'decorated_definition' ? definition.parent : undefined;
  return (parent ? children(parent) : []).flatMap((each) =>
    each.type === 'decorator' ? children(each).slice(0, 1) : [],
  );
}

function assignedTo(owner: PythonClass, method: Node, self: string): [string, Member][] {
  return descendants(method, 'attribute').flatMap((node): [string, Member][] => {
    const name = node.childForFieldName('attribute')?.text;
    if (!name || node.childForFieldName('object')?.text !== self) return [];
    const member = assignment(owner, node);
    return member ? [[name, member]] : [];
  });
}

function assignment(owner: PythonClass, target: Node): Member | undefined {
  let at = target;
  while (
    at.parent &&
    /^(pattern_list|tuple_pattern|list_pattern|tuple|list|as_pattern_target)$/.test(at.parent.type)
  )
    at = at.parent;
  const statement = at.parent;
  if (!statement) return undefined;
  const whole = at.id === target.id;
  const left = statement.childForFieldName('left') ?? statement.childForFieldName('alias');
  if (left?.id !== at.id) return undefined;
  if (statement.type !== 'assignment' || !whole)
    return /^(assignment|augmented_assignment|for_statement|as_pattern)$/.test(statement.type)
      ? { owner, opaque: true }
      : undefined;
  const value = lastValue(statement);
  const annotation = statement.childForFieldName('type');
  return { owner, ...(value && { value }), ...(annotation && { annotation }) };
}

/** Of `self.a = self.b = value`: the value. */
function lastValue(statement: Node): Node | undefined {
  const right = statement.childForFieldName('right');
  return right?.type === 'assignment' ? lastValue(right) : (right ?? undefined);
}

/** The class that a method belongs to: the function nearest to a node whose parent is a class's body. */
export function methodAround(
  document: PythonDocument,
  node: Node,
): { method: Node; owner: PythonClass } | undefined {
  let method = enclosing(node, 'function_definition');
  while (method) {
    const owner = classAround(method);
    if (owner) return { method, owner: classOf(document, owner) };
    method = method.parent ? enclosing(method.parent, 'function_definition') : undefined;
  }
  return undefined;
}

/** The class whose body a function stands in. */
export function classAround(definition: Node): Node | undefined {
  const statement = definition.parent?.type === 'decorated_definition' ? definition.parent : definition;
  const block = statement.parent?.type === 'block' ? statement.parent : undefined;
  return block?.parent?.type === 'class_definition' ? block.parent : undefined;
}

function remembered<V>(
  answers: WeakMap<PythonDocument, Map<number, V>>,
  document: PythonDocument,
): Map<number, V> {
  const found = answers.get(document) ?? new Map<number, V>();
  answers.set(document, found);
  return found;
}
