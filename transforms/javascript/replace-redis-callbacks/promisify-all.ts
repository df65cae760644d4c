import { isRedis } from '../../../src/backend/javascript/redis.ts';
import type { Found } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { dropImportsOf, onlyArgument } from '../../../src/languages/javascript/imports.ts';
import {
  type Call,
  isMember,
  type Node,
  propertyName,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { remove, replace, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf } from '../../../src/languages/javascript/trace.ts';

const PROMISIFIED = /^redis(\.(RedisClient|Multi)(\.prototype)?)?$/;

/** `bluebird.promisifyAll(redis.RedisClient.prototype)`: the class is gone, and with it what the call is for. */
export function promisifiedAll(script: Script, call: Call, redis: PackageVersion): Found[] {
  const given = onlyArgument(call);
  if (!given || originOf(script, call.callee as Node) !== 'bluebird.promisifyAll') return [];
  if (!PROMISIFIED.test(originOf(script, given) ?? '')) return [];
  const statement = script.parentOf(call);
  return [
    {
      subject: 'promisifyAll',
      at: call,
      message: `${redis.text} has no class RedisClient, and its commands return promises themselves.`,
      safety: 'safe',
      repair: () => {
        if (statement?.type !== 'ExpressionStatement') return replace(script, call, given);
        remove(script, statement);
        dropImportsOf(script, call);
      },
    },
  ];
}

/** `client.getAsync(key)` → `client.get(key)`: promisifyAll() made that name, and since version 4 it makes none that works. */
export function promisifiedCommand(script: Script, call: Call, redis: PackageVersion): Found[] {
  const callee = unwrap(call.callee as Node);
  const name = isMember(callee) ? propertyName(callee) : undefined;
  const command = /^([a-z]+)Async$/.exec(name ?? '')?.[1];
  if (!isMember(callee) || name === undefined || command === undefined) return [];
  if (!isRedis(script, callee.object as Node) || isAssigned(script, name)) return [];
  return [
    {
      subject: name,
      at: call,
      message: `${redis.text} has no ${name}(); ${command}() returns a promise itself.`,
      safety: 'safe',
      repair: (j) => Object.assign(callee, { property: j.identifier(command), computed: false }),
    },
  ];
}

/** True where a file gives something a method of that name: `client.getAsync = …`. */
function isAssigned(script: Script, name: string): boolean {
  return [script, ...(script.modules?.mentioning(name) ?? [])].some((one) =>
    one.all('AssignmentExpression').some(({ left }) => {
      const target = unwrap(left as Node);
      return isMember(target) && propertyName(target) === name;
    }),
  );
}
