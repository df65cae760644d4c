import {
  type Binding,
  type BindingKind,
  type Guard,
  type Reference,
  Scope,
  type StarImport,
} from './scope.ts';
import { children, childrenOf, type Node } from './tree.ts';

export type { Binding, Scope } from './scope.ts';

export interface Scopes {
  module: Scope;
  references: Reference[];
  stars: StarImport[];
  /** By the id of the function, class, lambda or comprehension node. */
  byNode: Map<number, Scope>;
}

/**
 * Reads the scopes, bindings and references of one module.
 * Throws RangeError where it is nested deeper than what reads it can follow.
 */
export function readScopes(root: Node): Scopes {
  return new ScopeReader(root).read();
}

/** CPython's compiler gives up at some 3,000; whoever looks at nodes later may need more of the stack for a level than we do. */
const DEEPEST = 1500;

const COMPREHENSIONS = new Set([
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);

/** Nodes in which no name can stand. */
const WITHOUT_NAMES = new Set([
  'integer',
  'float',
  'true',
  'false',
  'none',
  'ellipsis',
  'comment',
  'pass_statement',
  'break_statement',
  'continue_statement',
  'string_start',
  'string_content',
  'string_end',
  'escape_sequence',
  'line_continuation',
]);

const NOT_ASCII = /[^\0-\x7f]/;

class ScopeReader {
  private readonly scopes: Scopes;
  private readonly declaresOutward: boolean;
  /** The root's own text, which leaves out the white space before the first statement. */
  private readonly text: string;
  private readonly start: number;
  private guards: readonly Guard[] = [];
  private depth = 0;

  constructor(root: Node) {
    this.scopes = { module: new Scope('module', root), references: [], stars: [], byNode: new Map() };
    this.start = root.startIndex;
    this.text = root.text;
    this.declaresOutward = /\b(global|nonlocal)\b/.test(this.text);
  }

  read(): Scopes {
    this.each(this.scopes.module.node, this.scopes.module);
    return this.scopes;
  }

  private each(node: Node, scope: Scope): void {
    for (const child of children(node)) this.visit(child, scope);
  }

  private visit(node: Node | null, scope: Scope): void {
    if (!node || WITHOUT_NAMES.has(node.type)) return;
    if (node.type === 'string' && !this.mayInterpolate(node)) return;
    if (COMPREHENSIONS.has(node.type)) return this.comprehension(node, scope);
    if (++this.depth > DEEPEST) throw new RangeError('nested too deeply');
    const special = this.visitors[node.type];
    if (special) special(node, scope);
    else this.each(node, scope);
    this.depth--;
  }

  /** Only f-strings and t-strings hold expressions. */
  private mayInterpolate(node: Node): boolean {
    const at = node.startIndex - this.start;
    return /^\w{0,2}[ft]/i.test(this.text.slice(at, at + 3));
  }

  private readonly visitors: Record<string, (node: Node, scope: Scope) => void> = {
    identifier: (node, scope) => this.refer(node, scope),
    attribute: (node, scope) => this.visit(node.childForFieldName('object'), scope),
    keyword_argument: (node, scope) => this.visit(node.childForFieldName('value'), scope),
    import_statement: (node, scope) => this.importStatement(node, scope),
    import_from_statement: (node, scope) => this.fromImport(node, scope),
    future_import_statement: (node, scope) => this.namesOf(node, scope, '__future__'),
    function_definition: (node, scope) => this.functionDefinition(node, scope),
    class_definition: (node, scope) => this.classDefinition(node, scope),
    lambda: (node, scope) => this.lambda(node, scope),
    assignment: (node, scope) => this.assignment(node, scope),
    augmented_assignment: (node, scope) => {
      this.visit(node.childForFieldName('left'), scope);
      this.bindTargets(node.childForFieldName('left'), scope, node);
      this.visit(node.childForFieldName('right'), scope);
    },
    named_expression: (node, scope) => this.namedExpression(node, scope),
    for_statement: (node, scope) => this.forStatement(node, scope),
    as_pattern: (node, scope) => this.asPattern(node, scope),
    if_statement: (node, scope) => this.ifStatement(node, scope),
    while_statement: (node, scope) => this.guarded({ kind: 'loop' }, () => this.each(node, scope)),
    try_statement: (node, scope) => this.guarded({ kind: 'try' }, () => this.each(node, scope)),
    global_statement: (node, scope) => this.outward(node, scope, 'global'),
    nonlocal_statement: (node, scope) => this.outward(node, scope, 'nonlocal'),
    delete_statement: (node, scope) => {
      this.each(node, scope);
      this.bindTargets(children(node)[0] ?? null, scope, node, 'deleted');
    },
    case_clause: (node, scope) => this.guarded({ kind: 'else' }, () => this.caseClause(node, scope)),
    type_alias_statement: (node, scope) => this.typeAlias(node, scope),
  };

  private guarded(guard: Guard, body: () => void): void {
    const before = this.guards;
    this.guards = [...before, guard];
    body();
    this.guards = before;
  }

  private refer(node: Node, scope: Scope): void {
    this.scopes.references.push({ name: asCompared(node.text), node, scope });
  }

  private bind(
    scope: Scope,
    kind: BindingKind,
    node: Node,
    statement: Node,
    more: Partial<Binding> = {},
  ): void {
    const name = more.name ?? asCompared(node.text);
    const owner = this.ownerOf(scope, name);
    const binding: Binding = { name, kind, node, statement, scope: owner, guards: this.guards, ...more };
    const known = owner.bindings.get(name);
    if (known) known.push(binding);
    else owner.bindings.set(name, [binding]);
  }

  private ownerOf(scope: Scope, name: string): Scope {
    const outward = scope.outward.get(name);
    if (outward === 'global') return scope.module;
    if (outward === 'nonlocal') return scope.find(name)?.[0]?.scope ?? aroundClasses(scope);
    return scope;
  }

  private open(kind: Scope['kind'], node: Node, parent: Scope): Scope {
    const scope = new Scope(kind, node, parent);
    this.scopes.byNode.set(node.id, scope);
    return scope;
  }

  private importStatement(node: Node, scope: Scope): void {
    for (const name of childrenOf(node, 'name')) {
      const alias = name.childForFieldName('alias');
      const dotted = name.type === 'aliased_import' ? name.childForFieldName('name') : name;
      if (!dotted) continue;
      const first = children(dotted)[0] ?? dotted;
      this.bind(scope, 'import', alias ?? first, node, { module: withoutSpace(dotted.text) });
    }
  }

  private fromImport(node: Node, scope: Scope): void {
    const module = withoutSpace(node.childForFieldName('module_name')?.text ?? '');
    if (children(node).some((child) => child.type === 'wildcard_import')) {
      this.scopes.stars.push({ module, statement: node, scope });
    }
    this.namesOf(node, scope, module);
  }

  private namesOf(node: Node, scope: Scope, module: string): void {
    for (const name of childrenOf(node, 'name')) {
      const alias = name.childForFieldName('alias');
      const imported = name.type === 'aliased_import' ? name.childForFieldName('name') : name;
      if (!imported) continue;
      this.bind(scope, 'from-import', alias ?? children(imported)[0] ?? imported, node, {
        module,
        imported: imported.text,
      });
    }
  }

  private functionDefinition(node: Node, scope: Scope): void {
    const name = node.childForFieldName('name');
    if (name) this.bind(scope, 'function', name, node);
    const inner = this.open('function', node, scope);
    this.parameters(node.childForFieldName('parameters'), scope, inner);
    this.typeParameters(node, inner);
    this.visit(node.childForFieldName('return_type'), scope);
    this.inner(node.childForFieldName('body'), inner);
  }

  private lambda(node: Node, scope: Scope): void {
    const inner = this.open('function', node, scope);
    this.parameters(node.childForFieldName('parameters'), scope, inner);
    this.inner(node.childForFieldName('body'), inner);
  }

  private classDefinition(node: Node, scope: Scope): void {
    const name = node.childForFieldName('name');
    if (name) this.bind(scope, 'class', name, node);
    const inner = this.open('class', node, scope);
    this.typeParameters(node, inner);
    this.visit(node.childForFieldName('superclasses'), scope);
    this.inner(node.childForFieldName('body'), inner);
  }

  /** The body of a function or class runs later or apart: the conditions around it do not carry in. */
  private inner(body: Node | null, scope: Scope): void {
    const before = this.guards;
    this.guards = [];
    this.declareOutward(body, scope);
    this.visit(body, scope);
    this.guards = before;
  }

  /** `global x` counts for the whole function, also for what stands above it. */
  private declareOutward(body: Node | null, scope: Scope): void {
    if (!body || !this.declaresOutward) return;
    for (const kind of ['global', 'nonlocal'] as const) {
      for (const statement of body.descendantsOfType(`${kind}_statement`)) {
        if (statement && nearestFunction(statement)?.id === scope.node.id)
          this.outward(statement, scope, kind);
      }
    }
  }

  private typeParameters(node: Node, inner: Scope): void {
    const list = node.childForFieldName('type_parameters');
    if (!list) return;
    for (const type of children(list)) {
      const name = type.descendantsOfType('identifier')[0];
      if (name) this.bind(inner, 'parameter', name, node);
    }
  }

  private parameters(list: Node | null, outer: Scope, inner: Scope): void {
    if (!list) return;
    for (const parameter of children(list)) this.parameter(parameter, outer, inner);
  }

  private parameter(node: Node, outer: Scope, inner: Scope): void {
    const annotation = node.childForFieldName('type');
    this.visit(annotation, outer);
    this.visit(node.childForFieldName('value'), outer);
    const value = node.childForFieldName('value');
    const more = { ...(annotation && { annotation }), ...(value && { value }) };
    const target = node.childForFieldName('name') ?? (node.type === 'identifier' ? node : firstPattern(node));
    if (target) this.bindPattern(target, inner, node, more);
  }

  private bindPattern(target: Node, scope: Scope, statement: Node, more: Partial<Binding>): void {
    if (target.type === 'identifier') this.bind(scope, 'parameter', target, statement, more);
    else for (const child of children(target)) this.bindPattern(child, scope, statement, {});
  }

  private assignment(node: Node, scope: Scope): void {
    const left = node.childForFieldName('left');
    const annotation = node.childForFieldName('type');
    const value = node.childForFieldName('right');
    this.visit(annotation, scope);
    this.visit(value, scope);
    if (left?.type === 'identifier') {
      const more = { ...(annotation && { annotation }), ...(value && { value: finalValue(value) }) };
      this.bind(scope, value ? 'assignment' : 'declared', left, node, more);
    } else if (value) this.bindTargets(left, scope, node);
    // `(x): int` and `a.b: int` declare no name.
    else this.visit(left, scope);
  }

  private namedExpression(node: Node, scope: Scope): void {
    let owner = scope;
    while (owner.kind === 'comprehension' && owner.parent) owner = owner.parent;
    const value = node.childForFieldName('value');
    this.visit(value, scope);
    const name = node.childForFieldName('name');
    if (name) this.bind(owner, 'assignment', name, node, value ? { value } : {});
  }

  private forStatement(node: Node, scope: Scope): void {
    this.visit(node.childForFieldName('right'), scope);
    this.guarded({ kind: 'loop' }, () => {
      this.bindTargets(node.childForFieldName('left'), scope, node);
      this.visit(node.childForFieldName('body'), scope);
      this.visit(node.childForFieldName('alternative'), scope);
    });
  }

  private asPattern(node: Node, scope: Scope): void {
    const alias = node.childForFieldName('alias');
    const value = children(node).find((child) => child.id !== alias?.id);
    this.visit(value ?? null, scope);
    if (!alias) return;
    const target = alias.type === 'as_pattern_target' ? children(alias)[0] : alias;
    if (target?.type === 'identifier') this.bind(scope, 'target', target, node, value ? { value } : {});
    else this.bindTargets(target ?? null, scope, node);
  }

  private ifStatement(node: Node, scope: Scope): void {
    const test = node.childForFieldName('condition');
    this.visit(test, scope);
    if (test)
      this.guarded({ kind: 'if', test }, () => this.visit(node.childForFieldName('consequence'), scope));
    for (const branch of childrenOf(node, 'alternative'))
      this.guarded({ kind: 'else' }, () => this.visit(branch, scope));
  }

  private outward(node: Node, scope: Scope, kind: 'global' | 'nonlocal'): void {
    if (scope.kind === 'module') return;
    for (const name of children(node)) scope.outward.set(asCompared(name.text), kind);
  }

  private caseClause(node: Node, scope: Scope): void {
    for (const child of children(node)) {
      if (child.type === 'case_pattern') this.casePattern(child, scope, node);
      else this.visit(child, scope);
    }
  }

  /** A single name in a pattern captures; a dotted one is looked up. */
  private casePattern(node: Node, scope: Scope, clause: Node): void {
    if (node.type === 'identifier') return this.bind(scope, 'target', node, clause);
    if (node.type === 'dotted_name') {
      const [first, second] = children(node);
      if (!first) return;
      return second ? this.refer(first, scope) : this.bind(scope, 'target', first, clause);
    }
    if (node.type === 'class_pattern' || node.type === 'keyword_pattern') {
      const [name, ...rest] = children(node);
      const first = name && (children(name)[0] ?? name);
      if (node.type === 'class_pattern' && first) this.refer(first, scope);
      for (const child of rest) this.casePattern(child, scope, clause);
      return;
    }
    for (const child of children(node)) this.casePattern(child, scope, clause);
  }

  /** The grammar takes `type(self).x = y` for a type alias; only a plain name on the left is one. */
  private typeAlias(node: Node, scope: Scope): void {
    const left = node.childForFieldName('left');
    const name = left && children(left)[0];
    if (name?.type === 'identifier') this.bind(scope, 'assignment', name, node);
    else this.visit(left, scope);
    this.visit(node.childForFieldName('right'), scope);
  }

  private comprehension(node: Node, scope: Scope): void {
    const inner = this.open('comprehension', node, scope);
    const parts = children(node);
    const first = parts.find((part) => part.type === 'for_in_clause');
    for (const clause of parts.filter((part) => part.type === 'for_in_clause')) {
      this.visit(clause.childForFieldName('right'), clause.id === first?.id ? scope : inner);
      this.bindTargets(clause.childForFieldName('left'), inner, clause);
    }
    for (const part of parts) if (part.type !== 'for_in_clause') this.visit(part, inner);
  }

  private bindTargets(node: Node | null, scope: Scope, statement: Node, kind: BindingKind = 'target'): void {
    if (!node) return;
    if (node.type === 'identifier') return this.bind(scope, kind, node, statement);
    if (node.type === 'attribute' || node.type === 'subscript') return this.visit(node, scope);
    for (const child of children(node)) this.bindTargets(child, scope, statement, kind);
  }
}

/** Python compares names in their NFKC form (Language Reference 2.3): `ｗｉｄｔｈ` is `width`. */
function asCompared(name: string): string {
  return NOT_ASCII.test(name) ? name.normalize('NFKC') : name;
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/g, '');
}

function firstPattern(node: Node): Node | undefined {
  return children(node).find((child) => child.type !== 'type');
}

function nearestFunction(node: Node): Node | undefined {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'function_definition' || at.type === 'class_definition' || at.type === 'lambda')
      return at;
  }
  return undefined;
}

/** Of `a = b = value`: the value. */
function finalValue(node: Node): Node {
  const right = node.type === 'assignment' ? node.childForFieldName('right') : null;
  return right ? finalValue(right) : node;
}

/** The nearest block around a scope that `nonlocal` may mean: a class is none. The scope itself where there is none: CPython refuses that. */
function aroundClasses(scope: Scope): Scope {
  const { parent } = scope;
  if (!parent) return scope;
  return parent.kind === 'class' ? aroundClasses(parent) : parent;
}
