import { redisClient } from '../../../src/backend/javascript/redis.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { isFunction, methodCall, type Node } from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const redis = version('redis');
  if (!redis?.is('>=4')) return [];
  const connects = script.calls.flatMap((call) => {
    const used = methodCall(call);
    const client = used?.method === 'connect' ? redisClient(script, used.receiver)?.call : undefined;
    return used && client ? [{ call, client, receiver: used.receiver }] : [];
  });
  return connects.flatMap(({ call, client, receiver }): Found[] => {
    const around = script.functionAround(call);
    const twice = connects.filter((other) => other.client === client).length > 1 || runsOften(script, around);
    if (!twice || !around || script.functionAround(client) === around || isGuarded(script, call, around))
      return [];
    const statement = script.statementOf(call);
    if (statement?.type !== 'ExpressionStatement' || receiver.type !== 'Identifier') return [];
    const message = `${redis.text} throws "Socket already opened" where \`${receiver.name}\` is connected a second time.`;
    return [
      {
        subject: receiver.name,
        at: call,
        message,
        repair: (j) => {
          const open = j.memberExpression(j.identifier(receiver.name), j.identifier('isOpen'));
          replace(script, statement, j.ifStatement(j.unaryExpression('!', open), statement as never) as Node);
        },
      },
    ];
  });
};

export const transform = {
  title: 'Connect the redis client only once',
  why: 'A client that is connected again, by a second call or a hot reload, throws "Socket already opened".',
  safety: 'safe',
  docs: 'https://github.com/redis/node-redis#events',
  catalogue: ['js-redis-double-connect'],
  fixes: [/Error: Socket already opened/],
  packages: ['redis'],
  literals: ['.connect('],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--redis=5` gives the installed version. */
export default rewriteWith(find);

/** A function that is called in several places. */
function runsOften(script: Script, fn: Node | undefined): boolean {
  if (!isFunction(fn)) return false;
  const declared = fn.type === 'FunctionDeclaration' ? (fn.id as Node | null) : nameOfConstant(script, fn);
  const binding = declared && script.bindingOf(declared);
  const calls = binding?.references.filter((use) => {
    const parent = script.parentOf(use);
    return parent?.type === 'CallExpression' && (parent.callee as Node) === use;
  });
  return (calls?.length ?? 0) > 1;
}

function nameOfConstant(script: Script, fn: Node): Node | undefined {
  const parent = script.parentOf(fn);
  return parent?.type === 'VariableDeclarator' ? (parent.id as Node) : undefined;
}

/** Some condition stands between the function and the call, or the function asks the client itself. */
function isGuarded(script: Script, call: Node, around: Node): boolean {
  const condition = script.above(
    call,
    (node) => node === around || /^(If|Conditional|Logical|Switch)/.test(node.type),
  );
  const asks = script
    .within(around)
    .some((node) => node.type === 'Identifier' && /^(isOpen|isReady)$/.test(node.name));
  return condition !== around || asks;
}
