import type { PythonDocument } from './document.ts';
import { scopeAt } from './origin.ts';
import type { Binding } from './scope.ts';
import { children, encloses, enclosing, type Node } from './tree.ts';

/**
 * The bindings that a name may have its value from at this place, read backwards through the statements of its function:
 * `result = session.execute(q)` and then `result = result.all()` are two. Names of an outer scope have all of their bindings.
 * Undefined where the name is bound nowhere in the file.
 */
export function reachingBindings(
  document: PythonDocument,
  node: Node,
  name = node.text,
): Binding[] | undefined {
  const scope = scopeAt(document, node);
  const all = scope.find(name);
  if (!all || all.length < 2) return all;
  let own = scope;
  while (own.kind === 'comprehension' && own.parent && all[0]?.scope !== own) own = own.parent;
  if (own.kind === 'class' || own.kind === 'comprehension') return all;
  if (all.some((binding) => binding.scope !== own || !encloses(own.node, binding.node))) return all;
  return new Reach(all, own.node).before(node);
}

const LEAVES = /^(return|raise|continue|break)_statement$/;

class Reach {
  private readonly bindings: readonly Binding[];
  private readonly limit: Node;
  private readonly found = new Set<Binding>();

  constructor(bindings: readonly Binding[], limit: Node) {
    this.bindings = bindings;
    this.limit = limit;
  }

  /** Climbs from a node to the top of its function, looking at what is executed before it at every level. */
  before(node: Node): Binding[] {
    let child = node;
    for (let at = node.parent; at; child = at, at = at.parent) {
      const isBlock = at.type === 'block' || at.type === 'module';
      if (isBlock ? this.siblings(at, child) : this.around(at, child)) break;
      if (at.id === this.limit.id) {
        this.take(this.bindings.filter(({ kind }) => kind === 'parameter'));
        break;
      }
    }
    return [...this.found];
  }

  private take(bindings: readonly Binding[]): void {
    for (const binding of bindings) this.found.add(binding);
  }

  /** The statements above `child` in its block, the nearest first. True where one of them binds the name in any case. */
  private siblings(block: Node, child: Node): boolean {
    const above = children(block).filter((each) => each.endIndex <= child.startIndex);
    for (const statement of above.reverse()) if (this.statement(statement)) return true;
    return false;
  }

  /** What a statement that has run binds. True where the name has its value from there in any case. */
  private statement(statement: Node): boolean {
    const inside = this.inside(statement);
    if (inside.length === 0) return false;
    switch (statement.type) {
      case 'if_statement':
        return this.branches(statement);
      case 'with_statement':
        return this.withStatement(statement);
      case 'try_statement':
        return this.tryStatement(statement);
      case 'for_statement':
      case 'while_statement':
      case 'match_statement':
        this.take(inside);
        return false;
      default:
        this.take(inside.slice(-1));
        return true;
    }
  }

  private withStatement(statement: Node): boolean {
    const body = statement.childForFieldName('body');
    if (body && this.block(body)) return true;
    const header = this.inside(statement).filter(({ node }) => !body || !encloses(body, node));
    this.take(header);
    return header.length > 0;
  }

  /** A block that has run to its end. True where it binds the name in any case. */
  private block(block: Node): boolean {
    for (const statement of children(block).reverse()) if (this.statement(statement)) return true;
    return false;
  }

  /** `if`, `elif` and `else`: true where there is an `else` and each of them binds the name or leaves. */
  private branches(statement: Node): boolean {
    const parts = [statement, ...statement.childrenForFieldName('alternative')].filter(
      (each) => each !== null,
    );
    const bodies = parts.map(
      (each) => each.childForFieldName('consequence') ?? each.childForFieldName('body'),
    );
    const bound = bodies.map((body) => !body || leaves(body) || this.block(body));
    const exhaustive = parts.some(({ type }) => type === 'else_clause');
    const tests = this.inside(statement).filter(({ node }) =>
      bodies.every((body) => !body || !encloses(body, node)),
    );
    this.take(tests);
    return (exhaustive && bound.every(Boolean)) || tests.length > 0;
  }

  /** Any statement of the `try` may have been the last one to run; a `finally` that binds decides. */
  private tryStatement(statement: Node): boolean {
    const last = children(statement).find(({ type }) => type === 'finally_clause');
    const finalBody = last && children(last).find(({ type }) => type === 'block');
    if (finalBody && this.block(finalBody)) return true;
    const body = statement.childForFieldName('body');
    const handlers = children(statement).filter(({ type }) => /^except/.test(type));
    const blocks = handlers.flatMap((each) => children(each).filter(({ type }) => type === 'block'));
    const bodyBinds = body ? this.block(body) : false;
    const handled = blocks.map((block) => leaves(block) || this.block(block));
    const rest = children(statement).filter(({ type }) => type === 'else_clause');
    for (const each of rest) this.take(this.inside(each));
    return bodyBinds && handled.every(Boolean);
  }

  /** What a statement around the place binds before it: its header, an earlier round of a loop, the `try` above an `except`. */
  private around(statement: Node, child: Node): boolean {
    if (statement.type === 'with_statement' || statement.type === 'with_clause')
      return this.header(statement, child);
    if (statement.type === 'for_statement') return this.loopHeader(statement, child);
    if (statement.type === 'while_statement') this.take(this.inside(statement));
    if (statement.type === 'if_statement' || statement.type === 'elif_clause')
      return this.header(statement, child);
    if (statement.type === 'try_statement') {
      const before = this.inside(statement).filter(({ node }) => node.endIndex <= child.startIndex);
      if (child.id !== statement.childForFieldName('body')?.id) this.take(before);
    }
    if (statement.type === 'case_clause' || /^except/.test(statement.type))
      return this.header(statement, child);
    return false;
  }

  private loopHeader(statement: Node, child: Node): boolean {
    if (child.id !== statement.childForFieldName('body')?.id) return false;
    if (this.header(statement, child)) return true;
    this.take(this.inside(child));
    return false;
  }

  /** Names that the statement itself binds above its body: `as x`, `for x in`, `if (x := …)`. */
  private header(statement: Node, child: Node): boolean {
    const above = this.inside(statement).filter(
      ({ node }) =>
        node.endIndex <= child.startIndex &&
        enclosing(node, 'block')?.id === enclosing(statement, 'block')?.id,
    );
    this.take(above.slice(-1));
    return above.length > 0;
  }

  private inside(node: Node): Binding[] {
    return this.bindings.filter((binding) => binding.kind !== 'parameter' && encloses(node, binding.node));
  }
}

/** True where a block ends by leaving: what it binds does not reach the statements below. */
function leaves(block: Node): boolean {
  const last = children(block)
    .filter(({ type }) => type !== 'comment')
    .at(-1);
  return last !== undefined && LEAVES.test(last.type);
}
