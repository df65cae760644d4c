import {
  argumentsOf,
  isFunction,
  isMember,
  isPlainObject,
  type Node,
  nameOf,
  propertyName,
  propertyOf,
  startOf,
  unwrap,
} from '../../languages/javascript/nodes.ts';
import { SERVERS } from '../../languages/javascript/reach.ts';
import type { Script } from '../../languages/javascript/script.ts';
import { originOf, type Value, valueBehind } from '../../languages/javascript/trace.ts';

/** Resolvers get the parent, the arguments, and then the context. */
const CONTEXT = 2;

/**
 * The value that a resolver of GraphQL takes out of its context: `{ models }`, or `models` of `context`, as the one server that
 * loads its file puts it there. Undefined for every other expression, and where not all contexts hold the same.
 */
export function contextValue(script: Script, node: Node): Value | undefined {
  const key = contextKey(script, unwrap(node));
  if (key === undefined) return undefined;
  const values = servers(script).flatMap(({ server, context }) => {
    const objects = contextsOf(server, context);
    return objects
      ? objects.map((object) => {
          const value = propertyOf(object.node, key)?.value as Node | undefined;
          return value && valueBehind(object.script, value);
        })
      : [undefined];
  });
  const [first] = values;
  return values.every((one) => isSame(one, first)) ? first : undefined;
}

function isSame(one: Value | undefined, other: Value | undefined): boolean {
  if (!one || !other || one.script.path !== other.script.path) return false;
  return 'node' in one && 'node' in other && startOf(one.node) === startOf(other.node);
}

/** The key under which a name, or a member of a parameter, lies in the context of a function that has the place of a resolver. */
function contextKey(script: Script, node: Node): string | undefined {
  const isOf = isMember(node);
  const name = isOf ? unwrap(node.object as Node) : node;
  const binding = name.type === 'Identifier' ? script.bindingOf(name) : undefined;
  const fn = binding?.kind === 'param' ? binding.declaration : undefined;
  if (!binding || binding.writes.length > 0 || !isFunction(fn)) return undefined;
  const context = (fn.params as Node[])[CONTEXT];
  if (isOf) return context === binding.identifier ? propertyName(node) : undefined;
  if (context?.type !== 'ObjectPattern') return undefined;
  const property = script.parentOf(binding.identifier);
  const isIn = property?.type === 'ObjectProperty' && script.parentOf(property) === context;
  return isIn ? nameOf(property.key as Node, property.computed === true) : undefined;
}

/** The servers that load a file, each with what it says of its context. */
function servers(script: Script): { server: Script; context: Node }[] {
  return (script.modules?.mentioning(...SERVERS) ?? []).flatMap((server) => {
    if (!script.modules?.reach.loads(server.path, script.path)) return [];
    const made = [...server.all('NewExpression'), ...server.calls];
    return made.flatMap((call) => {
      const context = propertyOf(optionsOf(server, call), 'context')?.value as Node | undefined;
      return context ? [{ server, context }] : [];
    });
  });
}

function optionsOf(script: Script, call: Node): Node | undefined {
  const origin = originOf(script, (call as unknown as { callee: Node }).callee) ?? '';
  const [first, second] = argumentsOf(call);
  const isMade = /^(apollo-server[\w-]*\.ApolloServer|graphql-yoga\.GraphQLServer)$/.test(origin);
  const isStarted =
    /^@(apollo|as-integrations)\/.*\.(startStandaloneServer|expressMiddleware|koaMiddleware)$/;
  const options = isMade ? first : isStarted.test(origin) ? second : undefined;
  return options && unwrap(options);
}

/** The objects that a context may be; undefined where one cannot be seen. */
function contextsOf(script: Script, context: Node): { script: Script; node: Node }[] | undefined {
  const value = valueBehind(script, context);
  if (!value || 'module' in value) return undefined;
  const { script: home, node } = value;
  if (!isFunction(node)) return isPlainObject(node) ? [{ script: home, node }] : undefined;
  const own = (one: Node) => !isFunction(one);
  const returned =
    node.body.type === 'BlockStatement'
      ? home
          .within(node.body as Node, own)
          .flatMap((one) => (one.type === 'ReturnStatement' && one.argument ? [one.argument as Node] : []))
      : [node.body as Node];
  const objects = returned.map((one) => valueBehind(home, one));
  const found = objects.flatMap((one) => (one && 'node' in one && isPlainObject(one.node) ? [one] : []));
  return found.length === objects.length && found.length > 0 ? found : undefined;
}
