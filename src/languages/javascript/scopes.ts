import { eachChild, isFunction, isMember, type Node, type NodeOf } from './nodes.ts';

/** One name of one scope. */
export interface Binding {
  name: string;
  kind: 'import' | 'const' | 'let' | 'var' | 'function' | 'class' | 'param' | 'catch' | 'other';
  /** Where the name is declared. */
  identifier: NodeOf<'Identifier'>;
  /** The import specifier, declarator, function or class that declares it. */
  declaration: Node;
  /** Every use, in the order of the text, but for the declaration itself. */
  references: Node[];
  /** Uses that give it another value. */
  writes: Node[];
  /** The other declarations of a name that its scope declares more than once: what it is depends on the way there. */
  again: Node[];
}

/** The bindings of one file: which name means what, with JavaScript's own scopes. */
export interface Scopes {
  bindingOf(identifier: Node): Binding | undefined;
  parentOf(node: Node): Node | undefined;
  /** Every node of a type, in the order of the text. */
  all<T extends Node['type']>(type: T): NodeOf<T>[];
}

class Scope {
  readonly bindings = new Map<string, Binding>();
  readonly parent: Scope | undefined;
  /** `var` goes to the nearest of these. */
  readonly isFunction: boolean;

  constructor(parent: Scope | undefined, isFunction: boolean) {
    this.parent = parent;
    this.isFunction = isFunction;
  }

  lookup(name: string): Binding | undefined {
    return this.bindings.get(name) ?? this.parent?.lookup(name);
  }

  get forVar(): Scope {
    return this.isFunction || !this.parent ? this : this.parent.forVar;
  }
}

type Kind = Binding['kind'];

/** What has a scope of its own beside functions and classes. Every node is asked after: sets are quicker than patterns. */
const BLOCKS = new Set([
  'BlockStatement', 'ForStatement', 'ForInStatement', 'ForOfStatement', 'SwitchStatement', 'CatchClause', 'StaticBlock',
  'TSModuleBlock',
]); // biome-ignore format: one list
const IMPORTED = new Set(['ImportSpecifier', 'ImportDefaultSpecifier', 'ImportNamespaceSpecifier']);
/** Whose identifiers name something in another module, a label or `new.target`. */
const NAMED = new Set([
  ...IMPORTED, 'ExportNamespaceSpecifier', 'LabeledStatement', 'BreakStatement', 'ContinueStatement', 'MetaProperty',
]); // biome-ignore format: one list
const TYPES =
  /^TS(\w*Signature\w*|FunctionType|ConstructorType|Declare\w+|EnumMember|NamedTupleMember|TypeParameter|TypePredicate)$/;
const PATTERNS = new Set(['ArrayPattern', 'ObjectPattern', 'RestElement']);
const WRITES = new Set(['AssignmentExpression', 'ForInStatement', 'ForOfStatement']);
/** What declares its `id`, and is none of the above. */
const DECLARED = new Set([
  'TSEnumDeclaration',
  'TSModuleDeclaration',
  'TSDeclareFunction',
  'EnumDeclaration',
]);

/** Reads the bindings of a program. Names that only types have are bound too; type parameters are not. */
export function readScopes(program: Node): Scopes {
  const reader = new Reader();
  reader.walk(program, undefined, new Scope(undefined, true));
  return reader.finish();
}

class Reader {
  private readonly parents = new Map<Node, Node>();
  private readonly byType = new Map<string, Node[]>();
  private readonly uses: { node: NodeOf<'Identifier'> | NodeOf<'JSXIdentifier'>; scope: Scope }[] = [];
  private readonly declared = new Map<Node, Binding>();

  walk(node: Node, parent: Node | undefined, scope: Scope): void {
    if (parent) this.parents.set(node, parent);
    const known = this.byType.get(node.type);
    if (known) known.push(node);
    else this.byType.set(node.type, [node]);
    const inner = this.enter(node, scope);
    if ((node.type === 'Identifier' || node.type === 'JSXIdentifier') && this.isUse(node, parent))
      this.uses.push({ node, scope });
    // A decorator or a computed key is evaluated outside of what it belongs to; the difference is no name of ours.
    eachChild(node, (child) => this.walk(child, node, inner));
  }

  finish(): Scopes {
    const bound = this.declared;
    for (const { node, scope } of this.uses) {
      const binding = scope.lookup(node.name);
      if (!binding || binding.identifier === node) continue;
      const isDeclaration = bound.has(node);
      bound.set(node, binding);
      if (isDeclaration) continue;
      binding.references.push(node);
      if (this.isWrite(node)) binding.writes.push(node);
    }
    return {
      bindingOf: (identifier) => bound.get(identifier),
      parentOf: (node) => this.parents.get(node),
      all: <T extends Node['type']>(type: T) => (this.byType.get(type) ?? []) as NodeOf<T>[],
    };
  }

  /** Declares what a node declares; returns the scope of what is inside it. */
  private enter(node: Node, scope: Scope): Scope {
    if (isFunction(node)) return this.enterFunction(node, scope);
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
      const inner = new Scope(scope, false);
      if (node.id)
        this.declare(
          node.type === 'ClassDeclaration' ? scope : inner,
          node.id as Node,
          'class',
          node as unknown as Node,
        );
      return inner;
    }
    if (BLOCKS.has(node.type)) {
      const inner = new Scope(scope, node.type === 'StaticBlock' || node.type === 'TSModuleBlock');
      if (node.type === 'CatchClause' && node.param)
        this.declarePattern(inner, node.param as Node, 'catch', node);
      return inner;
    }
    this.declareHere(node, scope);
    return scope;
  }

  private enterFunction(node: Node, scope: Scope): Scope {
    const { id, params } = node as unknown as { id?: Node | null; params: Node[] };
    const inner = new Scope(scope, true);
    if (id && node.type === 'FunctionDeclaration') this.declare(scope, id, 'function', node);
    if (id && node.type === 'FunctionExpression') this.declare(inner, id, 'function', node);
    for (const param of params) this.declarePattern(inner, param, 'param', node);
    return inner;
  }

  private declareHere(node: Node, scope: Scope): void {
    if (node.type === 'VariableDeclaration') {
      const kind = node.kind as 'const' | 'let' | 'var';
      const home = kind === 'var' ? scope.forVar : scope;
      for (const declarator of node.declarations) {
        if (declarator.type === 'VariableDeclarator')
          this.declarePattern(home, declarator.id as Node, kind, declarator);
      }
    } else if (IMPORTED.has(node.type)) {
      const { local, imported } = node as unknown as { local?: Node; imported?: Node };
      const name = local ?? imported;
      if (name) this.declare(scope, name, 'import', node);
    } else if (node.type === 'TSImportEqualsDeclaration') {
      this.declare(scope, node.id as Node, 'import', node);
    } else if (DECLARED.has(node.type)) {
      const { id } = node as unknown as { id?: Node };
      if (id?.type === 'Identifier') this.declare(scope, id, 'other', node as Node);
    }
  }

  private declarePattern(scope: Scope, pattern: Node, kind: Kind, declaration: Node): void {
    if (pattern.type === 'Identifier') this.declare(scope, pattern, kind, declaration);
    else if (pattern.type === 'AssignmentPattern')
      this.declarePattern(scope, pattern.left as Node, kind, declaration);
    else if (pattern.type === 'RestElement')
      this.declarePattern(scope, pattern.argument as Node, kind, declaration);
    else if (pattern.type === 'TSParameterProperty')
      this.declarePattern(scope, pattern.parameter as Node, kind, declaration);
    else if (pattern.type === 'ArrayPattern') {
      for (const element of pattern.elements)
        if (element) this.declarePattern(scope, element as Node, kind, declaration);
    } else if (pattern.type === 'ObjectPattern') {
      for (const property of pattern.properties as Node[]) {
        const { value } = property as unknown as { value?: Node };
        this.declarePattern(scope, value ?? property, kind, declaration);
      }
    }
  }

  private declare(scope: Scope, identifier: Node, kind: Kind, declaration: Node): void {
    if (identifier.type !== 'Identifier') return;
    const { name } = identifier;
    const earlier = scope.bindings.get(name);
    if (earlier) {
      earlier.again.push(declaration);
      this.declared.set(identifier, earlier);
      return;
    }
    const binding: Binding = {
      name,
      kind,
      identifier,
      declaration,
      references: [],
      writes: [],
      again: [],
    };
    scope.bindings.set(name, binding);
    this.declared.set(identifier, binding);
  }

  /** An identifier that stands for a variable, and not for a property, a key, a label or a name in another module. */
  private isUse(node: Node, parent: Node | undefined): boolean {
    if (!parent) return false;
    if (node.type === 'JSXIdentifier') return /^JSX(Opening|Closing|Member)/.test(parent.type);
    if (isMember(parent)) return parent.object === node || parent.computed === true;
    const { key, computed, value } = parent as unknown as { key?: Node; computed?: boolean; value?: Node };
    if (key === node && value !== node) return computed === true;
    if (parent.type === 'ExportSpecifier') return parent.local === node && !this.isReExport(parent);
    if (NAMED.has(parent.type)) return false;
    if (parent.type === 'TSQualifiedName') return parent.left === node;
    return !(parent.type.startsWith('TS') && TYPES.test(parent.type));
  }

  private isReExport(specifier: Node): boolean {
    const declaration = this.parents.get(specifier) as { source?: unknown } | undefined;
    return Boolean(declaration?.source);
  }

  private isWrite(node: Node): boolean {
    let at = node;
    let parent = this.parents.get(at);
    while (parent && isPatternAround(parent, at)) {
      at = parent;
      parent = this.parents.get(at);
    }
    if (!parent) return false;
    if (parent.type === 'UpdateExpression') return true;
    return WRITES.has(parent.type) && (parent as unknown as { left: Node }).left === at;
  }
}

function isPatternAround(parent: Node, child: Node): boolean {
  if (parent.type === 'AssignmentPattern') return parent.left === child;
  if (parent.type === 'ObjectProperty') return parent.value === child;
  return PATTERNS.has(parent.type);
}
