import { commandArguments, isCreate, isRedis } from '../../../src/backend/javascript/redis.ts';
import {
  detectWith,
  type Find,
  type Found,
  type Look,
  rewriteWith,
} from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import {
  callbackToThen,
  mayBePromise,
  namedCallbackToThen,
  splitCallback,
} from '../../../src/languages/javascript/callbacks.ts';
import { onlyArgument } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  type Call,
  isFunction,
  isMember,
  methodCall,
  type Node,
  propertyOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';
import { promisifiedAll, promisifiedCommand } from './promisify-all.ts';

const find: Find = (look) => {
  const redis = look.version('redis');
  if (!redis?.is('>=4') || usesLegacy(look.script, redis)) return [];
  return look.script.calls.flatMap((call): Found[] => [
    ...callbackOf(look.script, call, redis),
    ...promisified(look.script, call, redis),
    ...promisifiedAll(look.script, call, redis),
    ...promisifiedCommand(look.script, call, redis),
    ...legacyMode(look, call, redis),
  ]);
};

const UNSAFE = {
  unsafe:
    'The callback becomes the handlers of a promise; an error thrown in it no longer ends the process by itself.',
};

export const transform = {
  title: 'Use the promises of redis instead of callbacks',
  why: 'Since version 4 commands never call a callback, so what waits for one waits for ever.',
  safety: UNSAFE,
  docs: 'https://github.com/redis/node-redis/blob/master/docs/v3-to-v4.md',
  catalogue: ['js-redis-callbacks-legacy'],
  packages: ['redis'],
  literals: ['redis', 'promisifyAll', 'Async(', '(err', '(e,', '(_,'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe` for callbacks. `--redis=5` gives the installed version. */
export default rewriteWith(find, UNSAFE);

/** `on`, `subscribe` and the like take listeners, which are called; so do the methods of the promise that `connect()` gives. */
const LISTENERS =
  /^(on|once|off|addListener|removeListener|\w*[sS]ubscribe|duplicate|executeIsolated|connect|then|catch|finally)$/;

function callbackOf(script: Script, call: Call, redis: PackageVersion): Found[] {
  const used = methodCall(call);
  const { callback } = commandArguments(script, call);
  if (!used || !callback || LISTENERS.test(used.method) || !isRedis(script, used.receiver)) return [];
  const message = `${redis.text} never calls the callback of ${used.method}().`;
  const found = { subject: `${used.method} callback`, at: callback, message };
  const byHand: Found = {
    ...found,
    safety: 'report',
    next: 'Await the command instead, and handle its error in try … catch.',
  };
  if (!mayBePromise(script, call)) return [byHand];
  if (!isFunction(callback))
    return [{ ...found, repair: (j) => namedCallbackToThen(script, j, call, callback) }];
  const split = splitCallback(script, callback);
  return [split?.fail ? { ...found, repair: (j) => callbackToThen(script, j, call, split) } : byHand];
}

/** `promisify(client.get).bind(client)` and `promisify(client.get.bind(client))` → `client.get.bind(client)`. */
function promisified(script: Script, call: Call, redis: PackageVersion): Found[] {
  const origin = originOf(script, call.callee as Node);
  const given = onlyArgument(call);
  if (!given || !/^(node:)?util\.promisify$/.test(origin ?? '')) return [];
  const bound = methodCall(given)?.method === 'bind' ? methodCall(given)?.receiver : given;
  const command = bound && isMember(bound) && isRedis(script, bound.object as Node);
  if (!command) return [];
  const message = `${redis.text} never calls the callback that promisify() waits for; its commands return promises themselves.`;
  return [
    { subject: 'promisify', at: call, message, safety: 'safe', repair: () => replace(script, call, given) },
  ];
}

/** Version 4 had callbacks with `legacyMode: true`; since 5 it is ignored. */
function usesLegacy(script: Script, redis: PackageVersion): boolean {
  return redis.is('<5') && script.all('Identifier').some(({ name }) => name === 'legacyMode');
}

function legacyMode({ script }: Look, call: Call, redis: PackageVersion): Found[] {
  const [options] = argumentsOf(call);
  const legacy = options && isCreate(script, call) ? propertyOf(unwrap(options), 'legacyMode') : undefined;
  if (!legacy || redis.is('<5') || (legacy.value.type === 'BooleanLiteral' && !legacy.value.value)) return [];
  const message = `${redis.text} ignores legacyMode, so callbacks are never called.`;
  return [
    {
      subject: 'legacyMode',
      at: legacy,
      message,
      safety: 'report',
      next: 'Use await, or client.legacy() for the calls with callbacks.',
    },
  ];
}
