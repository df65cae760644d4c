import type { ASTNode } from 'jscodeshift';

/** A node of Babel's tree, or of recast's copy of it. */
export type Node = ASTNode;
export type NodeOf<T extends Node['type']> = Extract<Node, { type: T }>;

/** What is not part of the program: where a node stands, how it was written, what recast keeps beside it. */
const INCIDENTAL = new Set([
  'start', 'end', 'loc', 'range', 'extra', 'tokens', 'comments', 'errors', 'original',
  'leadingComments', 'trailingComments', 'innerComments',
]); // biome-ignore format: one list

const LEAVES = new Set<string>([
  'StringLiteral', 'NumericLiteral', 'BooleanLiteral', 'NullLiteral', 'RegExpLiteral', 'BigIntLiteral', 'DirectiveLiteral',
  'TemplateElement', 'ThisExpression', 'Super', 'JSXIdentifier', 'JSXText',
]); // biome-ignore format: one list

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Visits the nodes right below a node, in the order of its fields. */
export function eachChild(node: Node, visit: (child: Node) => void): void {
  if (isLeaf(node)) return;
  for (const key in node) {
    const value = (node as unknown as Record<string, unknown>)[key];
    // Most fields hold no object: that is asked first.
    if (typeof value !== 'object' || value === null || INCIDENTAL.has(key)) continue;
    if (!Array.isArray(value)) {
      if (isNode(value)) visit(value);
    } else for (const one of value) if (isNode(one)) visit(one);
  }
}

/** True for most nodes of a file: their fields need not be looked at. */
function isLeaf(node: Node): boolean {
  return node.type === 'Identifier' ? !node.typeAnnotation && !('decorators' in node) : LEAVES.has(node.type);
}

/** The nodes right below a node, in the order of its fields. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  eachChild(node, (child) => children.push(child));
  return children;
}

/** Offset of the first character; 0 for a node that a transform made. */
export function startOf(node: Node): number {
  return (node as { start?: number }).start ?? 0;
}

export function endOf(node: Node): number {
  return (node as { end?: number }).end ?? 0;
}

/** What TypeScript, Flow or parentheses put around an expression without changing its value. */
const WRAPPERS = new Set<string>([
  'TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSTypeAssertion', 'ParenthesizedExpression',
  'TypeCastExpression',
]); // biome-ignore format: one list

/** The expression inside parentheses, `as`, `satisfies` and `!`. */
export function unwrap(node: Node): Node {
  return WRAPPERS.has(node.type) ? unwrap((node as unknown as { expression: Node }).expression) : node;
}

/** The name of a key or property that is written out; undefined where it is computed. */
export function nameOf(node: Node | null | undefined, computed = false): string | undefined {
  if (!node) return undefined;
  if (node.type === 'Identifier') return computed ? undefined : node.name;
  return node.type === 'StringLiteral' ? node.value : undefined;
}

export type Member = NodeOf<'MemberExpression'> | NodeOf<'OptionalMemberExpression'>;
export type Call = NodeOf<'CallExpression'> | NodeOf<'OptionalCallExpression'>;
export type FunctionNode =
  | NodeOf<'FunctionDeclaration'>
  | NodeOf<'FunctionExpression'>
  | NodeOf<'ArrowFunctionExpression'>
  | NodeOf<'ObjectMethod'>
  | NodeOf<'ClassMethod'>
  | NodeOf<'ClassPrivateMethod'>;

export function isMember(node: Node | null | undefined): node is Member {
  return node?.type === 'MemberExpression' || node?.type === 'OptionalMemberExpression';
}

export function isCall(node: Node | null | undefined): node is Call {
  return node?.type === 'CallExpression' || node?.type === 'OptionalCallExpression';
}

const FUNCTIONS = new Set<string>([
  'FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'ObjectMethod', 'ClassMethod', 'ClassPrivateMethod',
]); // biome-ignore format: one list

export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return node != null && FUNCTIONS.has(node.type);
}

/** `x.name` → `name`, also for `x['name']`. */
export function propertyName(member: Member): string | undefined {
  return nameOf(member.property as Node, member.computed === true);
}

/** `receiver.method(…)`: the receiver and the method's name. */
export function methodCall(call: Node): { receiver: Node; method: string } | undefined {
  if (!isCall(call)) return undefined;
  const callee = unwrap(call.callee as Node);
  const method = isMember(callee) ? propertyName(callee) : undefined;
  return isMember(callee) && method !== undefined
    ? { receiver: unwrap(callee.object as Node), method }
    : undefined;
}

/** The arguments of a call or `new`. */
export function argumentsOf(call: Node): Node[] {
  return ((call as { arguments?: Node[] }).arguments ?? []) as Node[];
}

export type Property = NodeOf<'ObjectProperty'>;

/** `{ name: value }`: the property, where the object is written out and has it once. */
export function propertyOf(object: Node | undefined, name: string): Property | undefined {
  const own = propertiesOf(object).filter((property) => keyOf(property) === name);
  return own.length === 1 ? own[0] : undefined;
}

/** `{ name() {} }`: the method, where the object is written out and has one by that name. */
export function methodOf(object: Node | undefined, name: string): NodeOf<'ObjectMethod'> | undefined {
  if (object?.type !== 'ObjectExpression') return undefined;
  return object.properties.find(
    (one): one is NodeOf<'ObjectMethod'> =>
      one.type === 'ObjectMethod' && nameOf(one.key as Node, one.computed) === name,
  );
}

export function propertiesOf(object: Node | undefined): Property[] {
  if (object?.type !== 'ObjectExpression') return [];
  return object.properties.filter((property): property is Property => property.type === 'ObjectProperty');
}

export function keyOf(property: Property): string | undefined {
  return nameOf(property.key as Node, property.computed === true);
}

/** True where every key of an object can be seen: nothing is spread into it, nothing is computed. */
export function isPlainObject(object: Node | undefined): object is NodeOf<'ObjectExpression'> {
  return (
    object?.type === 'ObjectExpression' &&
    object.properties.every(
      (property) =>
        (property.type === 'ObjectProperty' && keyOf(property) !== undefined) ||
        (property.type === 'ObjectMethod' && !property.computed),
    )
  );
}

/** The text of a string that is written out, also as a template without expressions. */
export function stringValue(node: Node | null | undefined): string | undefined {
  if (node?.type === 'StringLiteral') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/** `x`, `a.b.c` and `this.x` as it is spelt, for names of subjects; undefined for anything longer. */
export function dotted(node: Node): string | undefined {
  const inner = unwrap(node);
  if (inner.type === 'Identifier') return inner.name;
  if (inner.type === 'ThisExpression') return 'this';
  if (!isMember(inner)) return undefined;
  const object = dotted(inner.object as Node);
  const name = propertyName(inner);
  return object && name && `${object}.${name}`;
}

/** True for `null` and `undefined`: what a name is given that gets its value later. */
export function isNothing(node: Node): boolean {
  return node.type === 'NullLiteral' || (node.type === 'Identifier' && node.name === 'undefined');
}
