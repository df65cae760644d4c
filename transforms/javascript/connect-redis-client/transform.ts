import type { JSCodeshift } from 'jscodeshift';
import { isCreate, redisClient } from '../../../src/backend/javascript/redis.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { expressionOf, statementOf } from '../../../src/languages/javascript/build.ts';
import { exportedAs } from '../../../src/languages/javascript/exports.ts';
import { isNativeModule } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  isCall,
  isFunction,
  isMember,
  methodCall,
  type Node,
  stringValue,
} from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { declaredType, originOf, valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';
import { type Holder, holderOf } from './holder.ts';

const UNSAFE = {
  unsafe: 'The connection is opened where the client is made; you may want it somewhere else.',
};

const find: Find = ({ script, version }) => {
  const redis = version('redis');
  if (!redis?.is('>=4')) return [];
  return script.all('CallExpression').flatMap((call): Found[] => {
    if (!isCreate(script, call)) return [];
    const client = holderOf(script, call);
    if ((!client && !isExported(script, call)) || mayConnect(script, call)) return [];
    const found = {
      subject: client?.name ?? 'createClient',
      at: call,
      message: `${redis.text} connects only when connect() is called, and nothing calls it on ${client ? `\`${client.name}\`` : 'this client'}.`,
    };
    if (!client)
      return [
        { ...found, safety: 'report', next: 'Keep the client in a constant, and call connect() on it.' },
      ];
    return [{ ...found, repair: (j) => connect(script, j, client, call) }];
  });
};

export const transform = {
  title: 'Connect the redis client',
  why: 'Since version 4 a client does not connect by itself, and the first command fails with "The client is closed".',
  safety: UNSAFE,
  docs: 'https://github.com/redis/node-redis/blob/master/docs/v3-to-v4.md',
  catalogue: ['js-redis-no-connect'],
  fixes: [/ClientClosedError: The client is closed/, /The client is closed/],
  packages: ['redis'],
  literals: ['createClient'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. `--redis=5` gives the installed version. It looks at one file alone. */
export default rewriteWith(find, UNSAFE);

/** `module.exports = createClient()` and `export default createClient()`. */
function isExported(script: Script, call: Node): boolean {
  const parent = script.parentOf(call);
  if (parent?.type === 'ExportDefaultDeclaration') return true;
  return parent?.type === 'AssignmentExpression' && exportedAs(script, parent.left as Node) !== undefined;
}

/** True where something connects this client, or something unknown that might be it. */
function mayConnect(script: Script, call: Node): boolean {
  const others = script.modules?.mentioning('connect') ?? [];
  return [script, ...others.filter(({ path }) => path !== script.path)].some((other) =>
    other.calls.some((each) => {
      const used = methodCall(each);
      if (used?.method !== 'connect') return false;
      const client = redisClient(other, used.receiver);
      if (client)
        return client.call === call || (client.script.path === script.path && sameCall(client.call, call));
      return isUnknown(other, used.receiver);
    }),
  );
}

/** The trees of recast and of Babel are two; a place in the text is the same in both. */
function sameCall(one: Node, other: Node): boolean {
  return (one as { start?: number }).start === (other as { start?: number }).start;
}

function isUnknown(script: Script, receiver: Node): boolean {
  if (originOf(script, receiver) !== undefined || declaredType(script, receiver) !== undefined) return false;
  const value = valueBehind(script, receiver);
  if (!value) return true;
  if (!('node' in value)) return false;
  // What a function of the backend gives may be the client.
  if (isCall(value.node))
    return originOf(value.script, value.node.callee as Node) === undefined && isOwn(value);
  return /^(Identifier|ThisExpression|(Optional)?MemberExpression)$/.test(value.node.type);
}

function isOwn({ script, node }: { script: Script; node: Node }): boolean {
  const callee = (node as unknown as { callee: Node }).callee;
  const fn = valueBehind(script, callee);
  return fn !== undefined && 'node' in fn && (isFunction(fn.node) || isMember(fn.node));
}

function connect(script: Script, j: JSCodeshift, client: Holder, call: Node): void {
  const around = client.isField ? undefined : script.functionAround(call);
  const mayWait =
    !client.isField && (around ? isFunction(around) && around.async === true : isNativeModule(script));
  const { name } = client;
  const opened = mayWait
    ? `await ${name}.connect();`
    : `${name}.connect().catch((error) => console.error(error));`;
  const added = [
    ...(handlesErrors(script, client, call)
      ? []
      : [statementOf(j, [`${name}.on('error', (error) => console.error(error));`])]),
    mayWait ? awaited(j, name) : statementOf(j, [opened]),
  ];
  client.insert(j, added);
}

function awaited(j: JSCodeshift, name: string): Node {
  return j.expressionStatement(j.awaitExpression(expressionOf(j, [`${name}.connect()`]) as never)) as Node;
}

/** Without a listener for `error` a lost connection ends the process. */
function handlesErrors(script: Script, client: Holder, call: Node): boolean {
  return script.calls.some((each) => {
    const used = methodCall(each);
    if (used?.method !== 'on' || stringValue(argumentsOf(each)[0]) !== 'error') return false;
    return client.isIt(used.receiver) || redisClient(script, used.receiver)?.call === call;
  });
}
