import { Answers } from './answers.ts';
import type { ScriptModules } from './modules.ts';
import {
  type Call,
  childrenOf,
  isCall,
  isFunction,
  isNothing,
  type Node,
  type NodeOf,
  startOf,
} from './nodes.ts';
import { type Binding, readScopes, type Scopes } from './scopes.ts';
import type { Value } from './trace.ts';

/**
 * One parsed file as the transforms see it: its nodes by type, its bindings, and the other files that it imports.
 * Over Babel's shared tree it is only read; over recast's copy it is what a transform changes.
 */
export class Script {
  readonly path: string;
  readonly text: string;
  readonly program: Node;
  /** The other files of the backend; undefined where jscodeshift runs a transform on one file. */
  readonly modules: ScriptModules | undefined;
  /** What trace.ts found in this file: the package that a value comes from, and what made it. Only where the tree is never changed. */
  readonly origins: Answers<string> | undefined;
  readonly values: Answers<Value> | undefined;
  private readonly scopes: Scopes;
  private sortedCalls: Call[] | undefined;

  /** A `shared` tree is never changed, so that what was found in it holds. */
  constructor(path: string, text: string, program: Node, modules?: ScriptModules, shared = false) {
    this.path = path;
    this.text = text;
    this.program = program;
    this.modules = modules;
    this.origins = shared ? new Answers() : undefined;
    this.values = shared ? new Answers() : undefined;
    this.scopes = readScopes(program);
  }

  /** Every node of a type, in the order of the text. */
  all<T extends Node['type']>(type: T): NodeOf<T>[] {
    return this.scopes.all(type);
  }

  /** Every call, `?.()` included, in the order of the text. */
  get calls(): readonly Call[] {
    this.sortedCalls ??= [...this.all('CallExpression'), ...this.all('OptionalCallExpression')].sort(
      (a, b) => startOf(a) - startOf(b),
    );
    return this.sortedCalls;
  }

  /** The name's declaration and uses; undefined for a global, and where it is declared more than once. */
  bindingOf(identifier: Node): Binding | undefined {
    const binding = this.scopes.bindingOf(identifier);
    return binding && binding.again.length > 0 ? undefined : binding;
  }

  /** The values that a name may have: those of its declarations and those that are assigned to it; undefined where one cannot be seen. */
  valuesOf(identifier: Node): Node[] | undefined {
    const binding = this.scopes.bindingOf(identifier);
    if (!binding || !/^(const|let|var)$/.test(binding.kind)) return undefined;
    const declared = [binding.declaration, ...binding.again].flatMap((one) => {
      const { init } = one as { init?: Node | null };
      return init && !isNothing(init) ? [init] : [];
    });
    const assigned = binding.writes.map((write) => {
      const assignment = this.parentOf(write);
      return assignment?.type === 'AssignmentExpression' && assignment.operator === '='
        ? (assignment.right as Node)
        : undefined;
    });
    const values = [...declared, ...assigned];
    const isPlain = [binding.declaration, ...binding.again].every(
      (one) => one.type === 'VariableDeclarator' && one.id.type === 'Identifier',
    );
    return isPlain && values.every((value) => value !== undefined) ? values : undefined;
  }

  /** True where nothing in the file declares the name at that place: a global such as `require`. */
  isGlobal(identifier: Node): boolean {
    return this.scopes.bindingOf(identifier) === undefined;
  }

  parentOf(node: Node): Node | undefined {
    return this.scopes.parentOf(node);
  }

  /** The nearest node above for which `is` holds. */
  above(node: Node, is: (node: Node) => boolean): Node | undefined {
    let at = this.parentOf(node);
    while (at && !is(at)) at = this.parentOf(at);
    return at;
  }

  functionAround(node: Node): Node | undefined {
    return this.above(node, isFunction);
  }

  /** The statement that a node is part of. */
  statementOf(node: Node): Node | undefined {
    let at: Node | undefined = node;
    while (at && !/(Statement|Declaration)$/.test(at.type)) at = this.parentOf(at);
    return at;
  }

  /** Nodes inside a node, itself included; inner functions are left out on request. */
  within(node: Node, into: (node: Node) => boolean = () => true): Node[] {
    return [node, ...childrenOf(node).flatMap((child) => (into(child) ? this.within(child, into) : []))];
  }

  /** True where the value of an expression is used: it is not a statement by itself. */
  isUsed(node: Node): boolean {
    const parent = this.parentOf(node);
    if (!parent) return false;
    if (parent.type === 'AwaitExpression' || parent.type === 'ParenthesizedExpression')
      return this.isUsed(parent);
    return parent.type !== 'ExpressionStatement';
  }
}

/** Puts a node, or several in a list, in the place of another. */
export function replace(script: Script, node: Node, ...by: Node[]): void {
  const parent = script.parentOf(node) as unknown as Record<string, unknown> | undefined;
  for (const key in parent) {
    const value = parent[key];
    if (value === node) parent[key] = by[0] ?? null;
    else if (Array.isArray(value) && value.includes(node)) value.splice(value.indexOf(node), 1, ...by);
  }
}

/**
 * Takes a node out of the list that it is in. A comment at the end of its line goes with it, and one right above it;
 * one that an empty line parts from a statement is about something else and stays, such as a licence above the imports.
 */
export function remove(script: Script, node: Node): void {
  dropCommentBehind(script, node);
  const apart = /(Statement|Declaration)$/.test(node.type) ? commentsApart(node) : [];
  if (apart.length === 0) return replace(script, node);
  // recast prints an empty statement as nothing but its comments.
  replace(script, node, { type: 'EmptyStatement', comments: apart } as unknown as Node);
}

/** The comments above a node that an empty line parts from it. */
function commentsApart(node: Node): Located[] {
  const { comments, loc } = node as unknown as {
    comments?: (Located & { leading?: boolean })[] | null;
  } & Located;
  const above = (comments ?? []).filter(({ leading }) => leading);
  const next = (i: number) => (above[i + 1] ?? { loc }).loc?.start.line ?? 0;
  const last = above.findLastIndex((one, i) => next(i) - (one.loc?.end.line ?? 0) > 1);
  return above.slice(0, last + 1);
}

/** Puts statements behind, or before, the statement that a node is part of. False where there is no list of statements. */
export function insertBeside(
  script: Script,
  node: Node,
  where: 'before' | 'after',
  ...added: Node[]
): boolean {
  let at: Node | undefined = node;
  while (at) {
    const parent = script.parentOf(at);
    const body = parent && (parent as unknown as { body?: unknown }).body;
    if (Array.isArray(body) && body.includes(at)) {
      body.splice(body.indexOf(at) + (where === 'after' ? 1 : 0), 0, ...added);
      return true;
    }
    at = parent;
  }
  return false;
}

interface Located {
  loc?: { start: { line: number }; end: { line: number } } | null;
}

/** recast takes a comment at the end of a removed line for one about the next line. */
function dropCommentBehind(script: Script, node: Node): void {
  const parent = script.parentOf(node);
  const siblings = parent ? childrenOf(parent) : [];
  const next = siblings[siblings.indexOf(node) + 1] as { comments?: Located[] | null } | undefined;
  if (!next?.comments) return;
  next.comments = next.comments.filter(({ loc }) => loc?.start.line !== (node as Located).loc?.end.line);
}

export function isAwaited(script: Script, node: Node): boolean {
  const parent = script.parentOf(node);
  return (
    parent?.type === 'AwaitExpression' ||
    (parent?.type === 'ParenthesizedExpression' && isAwaited(script, parent))
  );
}

/** `f().then(…)`, `.catch(…)`, `.finally(…)`: a promise that is chained. */
export function isChained(script: Script, node: Node): boolean {
  const member = script.parentOf(node);
  const call = member && script.parentOf(member);
  return (
    (member?.type === 'MemberExpression' || member?.type === 'OptionalMemberExpression') &&
    (member.object as Node) === node &&
    isCall(call) &&
    /^(then|catch|finally)$/.test((member.property as { name?: string }).name ?? '')
  );
}
