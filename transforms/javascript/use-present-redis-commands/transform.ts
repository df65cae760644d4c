import type { JSCodeshift } from 'jscodeshift';
import { commandArguments, isRedis, mayBeCallback } from '../../../src/backend/javascript/redis.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf, objectOf } from '../../../src/languages/javascript/build.ts';
import {
  argumentsOf,
  type Call,
  isCall,
  isMember,
  isPlainObject,
  methodCall,
  type Node,
  propertyName,
  stringValue,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { originOf, valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';
import { BY_HAND, LISTS, PLAIN, RENAMED, SET_FLAGS, SET_NUMBERS } from './commands.ts';

const find: Find = ({ script, version }) => {
  const redis = version('redis');
  if (!redis?.is('>=4')) return [];
  return [...calls(script, redis), ...namedAlone(script, redis)];
};

function calls(script: Script, redis: PackageVersion): Found[] {
  return script.calls.flatMap((call): Found[] => {
    const bound = boundCommand(script, call);
    const own = bound && isCommand(bound.name) && problemOfBound(script, call, bound.name);
    if (own) {
      const { says, ...rest } = own;
      return [{ subject: bound.name, at: call, message: `${redis.text} ${says}`, ...rest }];
    }
    const used = methodCall(call);
    const problem = used && isCommand(used.method) ? problemOf(script, call, used.method) : undefined;
    if (!used || !problem || !isRedis(script, used.receiver)) return [];
    const { says, ...rest } = problem;
    return [{ subject: used.method, at: call, message: `${redis.text} ${says}`, ...rest }];
  });
}

/** `client.setex.bind(client)` → `client.setEx.bind(client)`: a command that is named and called elsewhere. */
function namedAlone(script: Script, redis: PackageVersion): Found[] {
  return script.all('MemberExpression').flatMap((member): Found[] => {
    const name = propertyName(member);
    if (name === undefined || !(Object.hasOwn(RENAMED, name) || Object.hasOwn(BY_HAND, name))) return [];
    const parent = script.parentOf(member);
    const isElsewhere =
      (isCall(parent) && (parent.callee as Node) === member) ||
      (parent?.type === 'AssignmentExpression' && (parent.left as Node) === member);
    if (isElsewhere || !isRedis(script, member.object as Node)) return [];
    const to = name === 'zadd' ? undefined : RENAMED[name];
    const found = { subject: name, at: member, message: `${redis.text} has no ${name}().` };
    if (to === undefined) {
      const next = BY_HAND[name] ?? 'Write zAdd(key, { score, value }).';
      return [{ ...found, safety: 'report', next }];
    }
    return [
      {
        ...found,
        ...(Object.hasOwn(LISTS, name) && {
          safety: { unsafe: 'Where it is called with several values, only the first one counts.' },
        }),
        repair: (j) => Object.assign(member, { property: j.identifier(to), computed: false }),
      },
    ];
  });
}

/** The command behind `const set = promisify(client.set).bind(client)`, in what order these two are. */
function boundCommand(script: Script, call: Call): { name: string } | undefined {
  const value = valueBehind(script, call.callee as Node);
  if (!value || 'module' in value || !isCall(value.node)) return undefined;
  const command = unbound(value.script, value.node);
  const name = isMember(command) ? propertyName(command) : undefined;
  return name !== undefined && isMember(command) && isRedis(value.script, command.object as Node)
    ? { name }
    : undefined;
}

function unbound(script: Script, node: Node): Node {
  const at = unwrap(node);
  const used = methodCall(at);
  if (used?.method === 'bind') return unbound(script, used.receiver);
  const isPromisified =
    isCall(at) && /^(node:)?util\.promisify$/.test(originOf(script, at.callee as Node) ?? '');
  const [given] = isPromisified ? argumentsOf(at) : [];
  return given ? unbound(script, given) : at;
}

/** What is wrong with the arguments alone; the name is not written here. */
function problemOfBound(script: Script, call: Call, name: string): Problem | undefined {
  const { given, callback } = commandArguments(script, call);
  if (name === 'set') return problemOfSet(call, given, callback);
  const from = Object.hasOwn(LISTS, name) ? (LISTS[name] ?? 0) : Number.POSITIVE_INFINITY;
  if (given.length <= from + 1) return undefined;
  return {
    says: `takes only the first value of ${name}().`,
    repair: (j) => setArguments(call, inList(j, given, from), callback),
  };
}

function inList(j: JSCodeshift, given: Node[], from: number): Node[] {
  return [...given.slice(0, from), j.arrayExpression(given.slice(from) as never[]) as Node];
}

export const transform = {
  title: 'Write redis commands as version 4 has them',
  why: "Since version 4 commands are camel-case and take objects and lists; client.hset is no function, and set(…, 'EX', 5) never expires.",
  safety: 'safe',
  docs: 'https://github.com/redis/node-redis/blob/master/docs/v3-to-v4.md',
  catalogue: ['js-redis-set-ex-positional'],
  fixes: [
    /\.(h|z|l|r|s)\w+ is not a function/,
    /\.(setex|psetex|setnx|incrby|decrby|flushall|flushdb|mget|mset) is not a function/,
  ],
  packages: ['redis'],
  literals: [
    'redis',
    ...[...Object.keys(RENAMED), ...Object.keys(BY_HAND)].flatMap((name) => [
      `.${name}(`,
      `.${name}.`,
      `.${name})`,
    ]),
    '.subscribe(',
    '.auth(',
    "'EX'",
    '"EX"',
    "'PX'",
    '"PX"',
    "'NX'",
    '"NX"',
  ],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--redis=5` gives the installed version. */
export default rewriteWith(find);

type Problem = { says: string } & Partial<Found>;

function isCommand(name: string): boolean {
  return (
    name === 'set' ||
    name === 'auth' ||
    name === 'subscribe' ||
    [RENAMED, BY_HAND, LISTS].some((table) => Object.hasOwn(table, name))
  );
}

function problemOf(script: Script, call: Call, name: string): Problem | undefined {
  const { given, callback } = commandArguments(script, call);
  if (name === 'set') return problemOfSet(call, given, callback);
  if (name === 'auth') return problemOfAuth(script, call, given, callback);
  if (name === 'subscribe') return given.length === 1 && !callback ? NO_LISTENER : undefined;
  const plain = plainOf(call, name, given, callback);
  if (plain) return plain;
  if (Object.hasOwn(BY_HAND, name))
    return { says: `has no ${name}().`, safety: 'report', next: BY_HAND[name] ?? '' };
  const from = Object.hasOwn(LISTS, name) ? (LISTS[name] ?? 0) : Number.POSITIVE_INFINITY;
  const last = given.at(-1);
  if (given.length > from + 1 && last && mayBeCallback(script, last)) {
    const next = `Write ${RENAMED[name] ?? name}() with its values in a list, and await it.`;
    return { says: `takes a list in ${RENAMED[name] ?? name}(), and no callback.`, safety: 'report', next };
  }
  const several = given.length > from + 1;
  if (given.slice(from).some(({ type }) => type === 'SpreadElement') && given.length <= from + 1)
    return listOf(call, name, given, from, callback);
  if (name === 'zadd') return problemOfZadd(call, given, callback);
  if (several) return listOf(call, name, given, from, callback);
  const to = RENAMED[name];
  return to === undefined
    ? undefined
    : { says: `has no ${name}(); it is ${to}().`, repair: (j) => rename(j, call, to) };
}

/** Since version 4 there is no event `message`; measured with 4.7, 5.12 and 6.3: the first message ends the process. */
const NO_LISTENER: Problem = {
  says: "calls the listener that subscribe() is given, and never emits 'message': the first one is a TypeError.",
  safety: 'report',
  next: 'Give the listener along: subscribe(channel, (message, channel) => …).',
};

/** A command that differs by its options alone, where it is given none. */
function plainOf(call: Call, name: string, given: Node[], callback: Node | undefined): Problem | undefined {
  const command = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
  if (!command || given.length !== command.arguments) return undefined;
  if (given.some(({ type }) => type === 'SpreadElement' || type === 'ArrayExpression')) return undefined;
  const { to, options } = command;
  return {
    says: `has no ${name}(); it is ${to}(${options ? `…, ${options}` : ''}).`,
    repair: (j) => {
      rename(j, call, to);
      setArguments(call, options ? [...given, expressionOf(j, [options])] : given, callback);
    },
  };
}

/** `del(a, b)` → `del([a, b])`: only the first value would count. */
function listOf(call: Call, name: string, given: Node[], from: number, callback: Node | undefined): Problem {
  const to = RENAMED[name] ?? name;
  return {
    says:
      to === name
        ? `takes only the first value of ${name}().`
        : `has no ${name}(); it is ${to}(), which takes a list.`,
    repair: (j) => {
      rename(j, call, to);
      setArguments(call, inList(j, given, from), callback);
    },
  };
}

/** `set(key, value, 'EX', 5, 'NX')` → `set(key, value, { EX: 5, NX: true })`. */
function problemOfSet(call: Call, given: Node[], callback: Node | undefined): Problem | undefined {
  const tail = given.slice(2);
  const words = tail.map((one) => stringValue(unwrap(one))?.toUpperCase());
  if (words[0] === undefined || !(SET_NUMBERS.has(words[0]) || SET_FLAGS.has(words[0]))) return undefined;
  const options: [name: string, value: Node | undefined][] = [];
  for (let i = 0; i < tail.length; i++) {
    const word = words[i];
    if (word !== undefined && SET_FLAGS.has(word)) options.push([word, undefined]);
    else if (word !== undefined && SET_NUMBERS.has(word) && tail[i + 1]) options.push([word, tail[++i]]);
    else
      return {
        says: 'ignores what stands behind the value in set().',
        safety: 'report',
        next: 'Write it as one object: set(key, value, { EX: 5 }).',
      };
  }
  return {
    says: `ignores ${options.map(([name]) => `'${name}'`).join(' and ')} in set(): the key is stored without.`,
    repair: (j) => {
      const pairs = options.map(
        ([name, value]) => [name, value ?? (j.booleanLiteral(true) as Node)] as const,
      );
      setArguments(call, [...given.slice(0, 2), objectOf(j, pairs)], callback);
    },
  };
}

/** `auth(password)` → `auth({ password })`: what is text, or was given a callback, is no object. */
function problemOfAuth(
  script: Script,
  call: Call,
  given: Node[],
  callback: Node | undefined,
): Problem | undefined {
  const [password, more] = given;
  if (!password || password.type === 'SpreadElement' || isPlainObject(unwrap(password))) return undefined;
  const says = 'takes an object in auth().';
  const isText = stringValue(unwrap(password)) !== undefined || isOfEnvironment(script, password);
  if (more && !mayBeCallback(script, more))
    return { says, safety: 'report', next: 'Write auth({ username, password }).' };
  if (more || !(isText || callback)) return undefined;
  return {
    says,
    repair: (j) => setArguments(call, [objectOf(j, [['password', password]])], callback),
  };
}

/** `process.env.NAME`. */
function isOfEnvironment(script: Script, node: Node): boolean {
  const at = unwrap(node);
  const object = isMember(at) ? unwrap(at.object as Node) : undefined;
  const root = isMember(object) && propertyName(object) === 'env' ? (object.object as Node) : undefined;
  return root?.type === 'Identifier' && root.name === 'process' && script.isGlobal(root);
}

/** `zadd(key, 1, 'a')` → `zAdd(key, { score: 1, value: 'a' })`. */
function problemOfZadd(call: Call, given: Node[], callback: Node | undefined): Problem {
  const says = 'has no zadd(); it is zAdd(), which takes objects.';
  const [key, ...pairs] = given;
  const plain = pairs.length >= 2 && pairs.length % 2 === 0 && !pairs.some(isFlagOrSpread);
  if (!key || !plain) return { says, safety: 'report', next: 'Write zAdd(key, { score, value }).' };
  return {
    says,
    repair: (j) => {
      const members = pairs.flatMap((score, i) =>
        i % 2 === 0
          ? [
              objectOf(j, [
                ['score', score],
                ['value', pairs[i + 1] ?? score],
              ]),
            ]
          : [],
      );
      rename(j, call, 'zAdd');
      const list =
        members.length === 1 && members[0] ? members[0] : (j.arrayExpression(members as never[]) as Node);
      setArguments(call, [key, list], callback);
    },
  };
}

function isFlagOrSpread(node: Node, index: number): boolean {
  return (
    node.type === 'SpreadElement' ||
    (index % 2 === 0 && /^(NX|XX|CH|INCR|GT|LT)$/i.test(stringValue(node) ?? ''))
  );
}

function setArguments(call: Call, given: Node[], callback: Node | undefined): void {
  (call as unknown as { arguments: Node[] }).arguments = callback ? [...given, callback] : given;
}

function rename(j: JSCodeshift, call: Call, to: string): void {
  const callee = unwrap(call.callee as Node);
  if (isMember(callee)) Object.assign(callee, { property: j.identifier(to), computed: false });
}
