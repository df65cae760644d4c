import type { Node } from './tree.ts';

/** How a name comes to be bound. `declared` is `x: int` without a value. */
export type BindingKind =
  | 'import'
  | 'from-import'
  | 'assignment'
  | 'declared'
  | 'function'
  | 'class'
  | 'parameter'
  | 'target'
  | 'deleted';

/** Under what condition a binding happens: the `if`'s test, or a `try`. */
export type Guard = { kind: 'if'; test: Node } | { kind: 'else' } | { kind: 'try' } | { kind: 'loop' };

export interface Binding {
  name: string;
  kind: BindingKind;
  /** The identifier that is bound. */
  node: Node;
  /** The statement or parameter that binds it. */
  statement: Node;
  scope: Scope;
  guards: readonly Guard[];
  /** Of an import: the module as written, dots included; of `import a.b` the whole `a.b`. */
  module?: string;
  /** Of a from-import: the name in that module. */
  imported?: string;
  /** Of an assignment to a single name: its right side. */
  value?: Node;
  /** Of an annotated assignment or parameter. */
  annotation?: Node;
}

export interface Reference {
  name: string;
  node: Node;
  scope: Scope;
}

export interface StarImport {
  module: string;
  statement: Node;
  scope: Scope;
}

/** A block in which names are bound, after CPython's `symtable`. */
export class Scope {
  readonly bindings = new Map<string, Binding[]>();
  /** Names declared `global` or `nonlocal` here. */
  readonly outward = new Map<string, 'global' | 'nonlocal'>();
  readonly kind: 'module' | 'class' | 'function' | 'comprehension';
  readonly node: Node;
  readonly parent: Scope | undefined;

  constructor(kind: Scope['kind'], node: Node, parent?: Scope) {
    this.kind = kind;
    this.node = node;
    this.parent = parent;
  }

  get module(): Scope {
    let at: Scope = this;
    while (at.parent) at = at.parent;
    return at;
  }

  /**
   * Where a name used in this scope is bound, or undefined: then it is a builtin, comes by a star import, or is unbound. `use` is the
   * place where it is used: in the body of a class a name means what is outside until the class has bound it.
   */
  find(name: string, use?: Node): Binding[] | undefined {
    if (this.outward.get(name) === 'global') return this.module.bindings.get(name);
    let at: Scope | undefined = this;
    while (at) {
      const visible = at === this || at.kind !== 'class';
      const found = visible && at.outward.get(name) !== 'nonlocal' ? at.bindings.get(name) : undefined;
      if (found && !(at.kind === 'class' && use && isBefore(use, found))) return found;
      at = at.parent;
    }
    return undefined;
  }
}

/** `engine = engine` and `engine: ClassVar[engine]`: no statement that gives the name a value has run yet. */
function isBefore(use: Node, bindings: readonly Binding[]): boolean {
  return bindings.every(
    ({ kind, statement, guards }) =>
      kind === 'declared' ||
      (guards.length === 0 && use.startIndex < statement.endIndex && kind !== 'function' && kind !== 'class'),
  );
}
