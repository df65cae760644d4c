import type { ASTNode, ASTPath, Identifier } from 'jscodeshift';

/**
 * Where a value comes from: the module and the names behind it, as in `mongoose.connect`. Follows imports, `require`,
 * `await import()`, destructuring and constants; `default` is left out, since the interop rules differ by compiler.
 * Undefined where it is not imported, where a name is declared more than once in its function (block scopes are not
 * told apart, so it might be another) or where it is assigned to later.
 */
export function originOf(path: ASTPath): string | undefined {
  const node = path.node as ASTNode;
  if (isWrapper(node)) return originOf(path.get('expression'));
  if (node.type === 'Identifier') return originOfName(path as ASTPath<Identifier>);
  if (node.type === 'AwaitExpression') return originOf(path.get('argument'));
  if (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression') {
    return member(originOf(path.get('object')), nameOf(node.property, node.computed === true));
  }
  return importedModule(node);
}

/** The name of a key or property that is written out; undefined where it is computed. */
export function nameOf(node: ASTNode, computed = false): string | undefined {
  if (node.type === 'Identifier') return computed ? undefined : node.name;
  return node.type === 'StringLiteral' ? node.value : undefined;
}

/** What TypeScript or parentheses put around an expression without changing its value. */
export function isWrapper(node: ASTNode): boolean {
  return /^(TS(As|Satisfies|NonNull)Expression|TSTypeAssertion|ParenthesizedExpression)$/.test(node.type);
}

/** The one declaration of a name where it is used; undefined where there is none, or several. */
export function declarationOf(path: ASTPath<Identifier>): ASTPath | undefined {
  const { name } = path.node;
  const bindings: ASTPath[] = path.scope?.lookup(name)?.getBindings()[name] ?? [];
  return bindings.length === 1 ? bindings[0] : undefined;
}

/** Everything else in the file that is spelt like a name and refers to a variable. */
export function referencesTo(path: ASTPath<Identifier>): ASTPath[] {
  const found: ASTPath[] = [];
  walk(programOf(path), (at) => {
    const { node, parent } = at;
    if (node.type !== 'Identifier' || node.name !== path.node.name || node === path.node) return;
    const isProperty = /Member(Expression)?$/.test(parent?.node.type) && at.name === 'property';
    const isKey = at.name === 'key' && !parent?.node.shorthand;
    if (!(isProperty || isKey) || parent?.node.computed) found.push(at);
  });
  return found;
}

function originOfName(path: ASTPath<Identifier>): string | undefined {
  const declared = declarationOf(path);
  if (!declared) return importEquals(path);
  const { parent } = declared;
  switch (parent?.node.type) {
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return sourceOf(parent);
    case 'ImportSpecifier':
      return member(sourceOf(parent), nameOf(parent.node.imported));
    case 'VariableDeclarator':
      return isFixed(declared, parent) ? originOf(parent.get('init')) : undefined;
    case 'ObjectProperty':
      return originOfPattern(declared);
    default:
      return undefined;
  }
}

/** `const { connect: open } = require('mongoose')`, one level deep. */
function originOfPattern(declared: ASTPath): string | undefined {
  const property = declared.parent;
  const declarator = property?.parent?.parent;
  if (declarator?.node.type !== 'VariableDeclarator' || !isFixed(declared, declarator)) return undefined;
  return member(originOf(declarator.get('init')), nameOf(property.node.key, property.node.computed));
}

/** TypeScript's `import mongoose = require('mongoose')`, which the scopes of ast-types do not know. */
function importEquals(path: ASTPath<Identifier>): string | undefined {
  const { name } = path.node;
  if (path.scope?.lookup(name)) return undefined;
  const program = programOf(path).node;
  for (const statement of program.type === 'Program' ? program.body : []) {
    const reference =
      statement.type === 'TSImportEqualsDeclaration' &&
      statement.id.name === name &&
      statement.moduleReference;
    if (reference && reference.type === 'TSExternalModuleReference') return nameOf(reference.expression);
  }
  return undefined;
}

/** A constant, or a variable that nothing assigns to. */
function isFixed(declared: ASTPath, declarator: ASTPath): boolean {
  if (!(declarator.node as { init?: unknown }).init) return false;
  if (declarator.parent?.node.kind === 'const') return true;
  return !referencesTo(declared as ASTPath<Identifier>).some(
    ({ name, parent }) =>
      (name === 'left' && parent?.node.type === 'AssignmentExpression') ||
      parent?.node.type === 'UpdateExpression',
  );
}

function importedModule(node: ASTNode): string | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const [first] = node.arguments;
  const isImport = node.callee.type === 'Import' || nameOf(node.callee) === 'require';
  return isImport && first?.type === 'StringLiteral' ? first.value : undefined;
}

function sourceOf(specifier: ASTPath): string | undefined {
  const declaration = specifier.parent?.node;
  return declaration?.importKind === 'type' ? undefined : nameOf(declaration?.source);
}

function member(origin: string | undefined, name: string | undefined): string | undefined {
  if (origin === undefined || name === undefined) return undefined;
  return name === 'default' ? origin : `${origin}.${name}`;
}

function programOf(path: ASTPath): ASTPath {
  let at = path;
  while (at.node.type !== 'Program' && at.parent) at = at.parent;
  return at;
}

function walk(path: ASTPath, visit: (path: ASTPath) => void): void {
  visit(path);
  for (const [key, child] of Object.entries(path.node)) {
    if (key === 'comments' || key === 'tokens' || key === 'loc' || key === 'original') continue;
    if (Array.isArray(child)) {
      child.forEach((item, i) => {
        if (isNode(item)) walk(path.get(key, i), visit);
      });
    } else if (isNode(child)) walk(path.get(key), visit);
  }
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
