import type { JSCodeshift } from 'jscodeshift';
import { isCreate } from '../../../src/backend/javascript/redis.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { expressionOf, objectOf } from '../../../src/languages/javascript/build.ts';
import {
  argumentsOf,
  dotted,
  isMember,
  isPlainObject,
  keyOf,
  type Node,
  type Property,
  propertiesOf,
  propertyName,
  propertyOf,
  stringValue,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const redis = version('redis');
  if (!redis?.is('>=4')) return [];
  return script.all('CallExpression').flatMap((call): Found[] => {
    const wrong = isCreate(script, call) ? wrongAddress(script, call) : undefined;
    if (!wrong) return [];
    const { what, ...rest } = wrong;
    const message = `${redis.text} ignores ${what} of createClient() and connects to localhost:6379.`;
    return [{ subject: 'createClient', at: call, message, ...rest }];
  });
};

export const transform = {
  title: 'Put the address where redis reads it',
  why: 'Since version 4 redis ignores host and port as in version 3, without a word, and connects to localhost:6379.',
  safety: 'safe',
  docs: 'https://github.com/redis/node-redis/blob/master/docs/client-configuration.md',
  catalogue: ['js-redis-host-port-ignored'],
  fixes: [/connect ECONNREFUSED (127\.0\.0\.1|::1):6379/],
  packages: ['redis'],
  literals: ['createClient'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--redis=5` gives the installed version. */
export default rewriteWith(find);

type Wrong = { what: string } & Partial<Found>;

/** Options of version 3 that have another place, or another name, since version 4. Measured with 4.7, 5.12 and 6.3. */
const IN_SOCKET = new Set(['host', 'port', 'path', 'family']);
const RENAMED: Record<string, string> = { db: 'database', auth_pass: 'password' };

function wrongAddress(script: Script, call: Node): Wrong | undefined {
  const given = argumentsOf(call);
  const [first, second] = given;
  if (!first) return undefined;
  const object = constantObject(script, first);
  if (object) return wrongOptions(object);
  const shared = given.length === 1 ? sharedOptions(script, call, first) : undefined;
  if (shared) return shared;
  if (given.length === 1) return isText(script, first) ? wrongUrl(call, first) : undefined;
  return second && isPort(first) ? wrongPositions(call, given) : undefined;
}

function wrongOptions(object: Node): Wrong | undefined {
  const wrong = propertiesOf(object).filter(
    (one) => IN_SOCKET.has(keyOf(one) ?? '') || RENAMED[keyOf(one) ?? ''],
  );
  if (wrong.length === 0) return undefined;
  const what = wrong.map((one) => `\`${keyOf(one)}\``).join(' and ');
  if (!isPlainObject(object) || propertyOf(object, 'socket') || propertyOf(object, 'url'))
    return { what, safety: 'report', next: 'Write { socket: { host, port } } or { url }, one of the two.' };
  return { what, repair: (j) => moveIntoSocket(j, object, wrong) };
}

/** `createClient(config.redis)`, whose object others may read as well: it stays, and the call takes it apart. */
function sharedOptions(script: Script, call: Node, given: Node): Wrong | undefined {
  const path = dotted(given);
  const value = path === undefined ? undefined : valueBehind(script, given);
  const object = value && 'node' in value ? unwrap(value.node) : undefined;
  if (path === undefined || !isPlainObject(object)) return undefined;
  const keys = propertiesOf(object).flatMap((one) => keyOf(one) ?? []);
  const wrong = keys.filter((key) => IN_SOCKET.has(key) || RENAMED[key]);
  if (wrong.length === 0 || keys.includes('socket') || keys.includes('url')) return undefined;
  const what = wrong.map((key) => `\`${key}\``).join(' and ');
  const grows = script
    .all('AssignmentExpression')
    .some(
      ({ left }) => isMember(left as Node) && dotted((left as unknown as { object: Node }).object) === path,
    );
  if (grows)
    return { what, safety: 'report', next: 'Write { socket: { host, port } } or { url }, one of the two.' };
  return {
    what,
    repair: (j) => {
      const of = (names: string[]) =>
        names.map((key) => [RENAMED[key] ?? key, expressionOf(j, [`${path}.${key}`])] as const);
      const address = keys.filter((key) => IN_SOCKET.has(key));
      const others = keys.filter((key) => !IN_SOCKET.has(key));
      const socket = others.length === 0 ? given : objectOf(j, of(address));
      const made = objectOf(j, [...(address.length > 0 ? [['socket', socket] as const] : []), ...of(others)]);
      (call as unknown as { arguments: Node[] }).arguments = [made];
    },
  };
}

function moveIntoSocket(j: JSCodeshift, object: Node, wrong: Property[]): void {
  for (const one of wrong) {
    const name = RENAMED[keyOf(one) ?? ''];
    if (name) Object.assign(one, { key: j.identifier(name), shorthand: false });
  }
  const moved = wrong.filter((one) => IN_SOCKET.has(keyOf(one) ?? ''));
  const [first] = moved;
  if (!first) return;
  const address = objectOf(
    j,
    moved.map((one) => [keyOf(one) ?? '', one.value as Node]),
  );
  const socket = j.objectProperty(j.identifier('socket'), address as never);
  const { properties } = object as unknown as { properties: Node[] };
  const rest = properties.map((one) => (one === first ? (socket as Node) : one));
  properties.splice(0, properties.length, ...rest.filter((one) => !moved.includes(one as Property)));
}

/** `createClient(6379, 'localhost')` of version 2 and 3; a third argument holds more options. */
function wrongPositions(call: Node, given: Node[]): Wrong {
  const [port, host, more] = given;
  const what = 'the port and host';
  if (!port || !host || given.length > 2 || (more && !isPlainObject(more)))
    return { what, safety: 'report', next: 'Write createClient({ socket: { host, port } }).' };
  return {
    what,
    repair: (j) => {
      const socket = objectOf(j, [
        ['port', port],
        ['host', host],
      ]);
      (call as unknown as { arguments: Node[] }).arguments = [objectOf(j, [['socket', socket]])];
    },
  };
}

function wrongUrl(call: Node, url: Node): Wrong {
  return {
    what: 'an address that is a string',
    repair: (j) => {
      (call as unknown as { arguments: Node[] }).arguments = [objectOf(j, [['url', url]])];
    },
  };
}

/** The object that is given, or that a constant is which is used nowhere else. */
function constantObject(script: Script, node: Node): Node | undefined {
  const at = unwrap(node);
  if (at.type === 'ObjectExpression') return at;
  const binding = at.type === 'Identifier' ? script.bindingOf(at) : undefined;
  const init =
    binding?.declaration.type === 'VariableDeclarator' ? (binding.declaration.init as Node | null) : null;
  const others = binding?.references.filter((use) => use !== at && !setsAnother(script, use));
  const only = others?.length === 0 && binding?.writes.length === 0;
  return only && init && unwrap(init).type === 'ObjectExpression' ? unwrap(init) : undefined;
}

/** `options.password = …`: an option that stays where it is. */
function setsAnother(script: Script, use: Node): boolean {
  const member = script.parentOf(use);
  const assignment = member && script.parentOf(member);
  const name = isMember(member) && (member.object as Node) === use ? propertyName(member) : undefined;
  if (name === undefined || IN_SOCKET.has(name) || RENAMED[name] || /^(socket|url)$/.test(name)) return false;
  return assignment?.type === 'AssignmentExpression' && (assignment.left as Node) === member;
}

function isPort(node: Node): boolean {
  const at = unwrap(node);
  if (at.type === 'UnaryExpression' && at.operator === '+') return isPort(at.argument as Node);
  if (at.type === 'CallExpression' && /^(Number|parseInt)$/.test(dotted(at.callee as Node) ?? ''))
    return argumentsOf(at).slice(0, 1).some(isPort);
  return (
    at.type === 'NumericLiteral' || /^\d+$/.test(stringValue(at) ?? '') || /port$/i.test(dotted(at) ?? '')
  );
}

/** What can only be a string: one that is written out, or a variable of the environment. */
function isText(script: Script, node: Node): boolean {
  const at = unwrap(node);
  if (at.type === 'StringLiteral' || at.type === 'TemplateLiteral') return true;
  if (at.type === 'LogicalExpression') return isText(script, at.right as Node);
  if (/^process\.env\./.test(dotted(at) ?? '')) return true;
  const binding = at.type === 'Identifier' ? script.bindingOf(at) : undefined;
  const init =
    binding?.kind === 'const' && binding.declaration.type === 'VariableDeclarator'
      ? binding.declaration.init
      : null;
  return binding?.declaration.type === 'VariableDeclarator' &&
    (binding.declaration.id as Node).type === 'Identifier' &&
    init
    ? isText(script, init as Node)
    : false;
}
