import type { JSCodeshift } from 'jscodeshift';
import {
  isMember,
  methodCall,
  type Node,
  type NodeOf,
  nameOf,
  propertyName,
} from '../../../src/languages/javascript/nodes.ts';
import { insertBeside, type Script } from '../../../src/languages/javascript/script.ts';
import { valueBehind } from '../../../src/languages/javascript/trace.ts';

/** What keeps a client: a constant, or a property of a class. */
export interface Holder {
  /** `client` or `this.client`. */
  name: string;
  /** True for a field of a class, which is made where nothing can wait. */
  isField: boolean;
  /** True for a node that is a use of the constant. */
  isIt(node: Node): boolean;
  /** Puts statements behind the place where the client is made. */
  insert(j: JSCodeshift, added: Node[]): void;
}

/** What keeps the client of a `createClient()`, also with `.on(…)` behind it. */
export function holderOf(script: Script, call: Node): Holder | undefined {
  let made = call;
  for (let parent = script.parentOf(made); parent; parent = script.parentOf(made)) {
    if (/^(Member|Call)Expression$/.test(parent.type) && methodCallOf(script, made) !== 'connect')
      made = parent;
    else break;
  }
  const parent = script.parentOf(made);
  if (parent?.type === 'VariableDeclarator') return constant(script, parent, made);
  if (parent?.type === 'AssignmentExpression') return assigned(script, parent, made);
  return parent?.type === 'ClassProperty' ? field(script, parent, made) : undefined;
}

/** The method that is called on a node: `connect` for the client in `client.connect()`. */
function methodCallOf(script: Script, node: Node): string | undefined {
  const member = script.parentOf(node);
  const call = member && script.parentOf(member);
  return call ? methodCall(call)?.method : undefined;
}

/** `const client = createClient()`. */
function constant(script: Script, declarator: NodeOf<'VariableDeclarator'>, made: Node): Holder | undefined {
  const binding = declarator.init === made ? script.bindingOf(declarator.id as Node) : undefined;
  if (binding?.writes.length !== 0) return undefined;
  return {
    name: binding.name,
    isField: false,
    isIt: (node) => binding.references.includes(node),
    insert: (_j, added) =>
      insertBeside(script, lastListener(script, declarator, binding.references), 'after', ...added),
  };
}

/** The last of the `client.on(…)` right behind the place where a client is made: without them it is not to connect. */
function lastListener(script: Script, declarator: Node, references: readonly Node[]): Node {
  const statement = script.statementOf(declarator);
  const whole = statement && script.parentOf(statement);
  const own = whole?.type === 'ExportNamedDeclaration' ? whole : statement;
  const { body } = ((own && script.parentOf(own)) ?? {}) as { body?: unknown };
  if (!own || !Array.isArray(body)) return declarator;
  let last = own;
  for (const next of body.slice(body.indexOf(own) + 1) as Node[]) {
    const used = next.type === 'ExpressionStatement' ? methodCall(next.expression as Node) : undefined;
    if (!used || !/^(on|once|addListener)$/.test(used.method) || !references.includes(used.receiver)) break;
    last = next;
  }
  return last;
}

/** `this.client = createClient()`, where the class makes it there alone. */
function assigned(
  script: Script,
  assignment: NodeOf<'AssignmentExpression'>,
  made: Node,
): Holder | undefined {
  const target = assignment.left as Node;
  const isThis = isMember(target) && (target.object as Node).type === 'ThisExpression';
  const name = isThis ? propertyName(target) : undefined;
  const statement = script.parentOf(assignment);
  if (name === undefined || assignment.operator !== '=' || statement?.type !== 'ExpressionStatement')
    return undefined;
  const value = valueBehind(script, target);
  if (!value || 'module' in value || value.node !== made) return undefined;
  return {
    name: `this.${name}`,
    isField: false,
    isIt: () => false,
    insert: (_j, added) => insertBeside(script, statement, 'after', ...added),
  };
}

/** `client = createClient()` in the body of a class, which has a constructor then. */
function field(script: Script, property: NodeOf<'ClassProperty'>, made: Node): Holder | undefined {
  const name =
    property.value === made && !property.static
      ? nameOf(property.key as Node, property.computed === true)
      : undefined;
  const body = script.parentOf(property);
  const around = body && script.parentOf(body);
  if (name === undefined || body?.type !== 'ClassBody' || !around) return undefined;
  const { superClass } = around as unknown as { superClass?: Node | null };
  const own = (body.body as Node[]).find((one) => one.type === 'ClassMethod' && one.kind === 'constructor');
  // Another value, a call of super() before it, or a constructor of the class above: a person sees where it belongs.
  const isOnly = isMadeOnce(script, around, name);
  if (superClass || !isOnly || (own?.type === 'ClassMethod' && !own.body)) return undefined;
  return {
    name: `this.${name}`,
    isField: true,
    isIt: () => false,
    insert: (j, added) => {
      if (own?.type === 'ClassMethod') (own.body.body as Node[]).unshift(...added);
      else {
        const made = j.classMethod(
          'constructor',
          j.identifier('constructor'),
          [],
          j.blockStatement(added as never[]),
        );
        const at = (body.body as Node[]).findLastIndex((one) => one.type === 'ClassProperty');
        (body.body as Node[]).splice(at + 1, 0, made as Node);
      }
    },
  };
}

/** True where nothing in a class assigns to a property of its. */
function isMadeOnce(script: Script, around: Node, name: string): boolean {
  const inside = new Set(script.within(around));
  return !script.all('AssignmentExpression').some((one) => {
    const target = one.left as Node;
    return inside.has(one) && isMember(target) && propertyName(target) === name;
  });
}
