import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import { importsOf, requiresOf } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  type Call,
  isCall,
  isFunction,
  isMember,
  methodCall,
  type Node,
  startOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { isAwaited, isChained, replace, type Script } from '../../../src/languages/javascript/script.ts';
import { madeBy, originOf } from '../../../src/languages/javascript/trace.ts';
import { usesOfFunction } from '../../../src/languages/javascript/uses.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const mysql2 = version('mysql2');
  if (!mysql2) return [];
  return [...wholeModules(script, mysql2), ...singleCalls(script, mysql2)];
};

export const transform = {
  title: 'Use the promises of mysql2 where they are awaited',
  why: 'mysql2 has callbacks and mysql2/promise has promises; each throws where it is used as the other.',
  safety: 'safe',
  docs: 'https://sidorares.github.io/node-mysql2/docs/documentation/promise-wrapper',
  catalogue: ['js-mysql2-promise-mix'],
  fixes: [
    /You have tried to call \.then\(\), \.catch\(\), or invoked await on the result of query that is not a promise/,
    /Callback function is not available with promise clients/,
  ],
  packages: ['mysql2'],
  literals: ['mysql2', '.query(', '.execute(', '.getConnection('],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--mysql2=3` gives the installed version. It looks at one file alone. */
export default rewriteWith(find);

type Style = 'callback' | 'promise';

const METHODS = /^(query|execute|getConnection|beginTransaction|commit|rollback|end|ping|connect)$/;

interface Client {
  script: Script;
  /** The call that made it. */
  call: Node;
  pool: boolean;
  style: Style;
}

/** What `createPool()` or `createConnection()` of mysql2, or of mysql2/promise, made. */
function clientOf(script: Script, node: Node): Client | undefined {
  const made = madeBy(script, node);
  const [, promise, kind] = /^mysql2(\/promise)?\.create(Pool|Connection)$/.exec(made?.origin ?? '') ?? [];
  return made && kind
    ? { script: made.script, call: made.call, pool: kind === 'Pool', style: promise ? 'promise' : 'callback' }
    : undefined;
}

interface Use {
  call: Call;
  receiver: Node;
  client: Client;
  style: Style | undefined;
}

function usesIn(script: Script): Use[] {
  return script.calls.flatMap((call) => {
    const used = methodCall(call);
    if (!used || !(METHODS.test(used.method) || used.method === 'promise')) return [];
    const client = clientOf(script, used.receiver);
    return client
      ? [{ call, receiver: used.receiver, client, style: styleOf(script, call, used.method) }]
      : [];
  });
}

/** How a call is used; undefined where that cannot be told, or does not matter. */
function styleOf(script: Script, call: Node, method: string): Style | undefined {
  const last = argumentsOf(call).at(-1);
  if (isFunction(last)) return 'callback';
  if (method === 'promise') return undefined;
  return isAwaited(script, call) || isChained(script, call) || isHandedOut(script, call)
    ? 'promise'
    : undefined;
}

/** True where a function returns the call, and all who call that function await it: `query: (sql) => pool.query(sql)`. */
function isHandedOut(script: Script, call: Node): boolean {
  const parent = script.parentOf(call);
  const fn = script.functionAround(call);
  const isReturned =
    parent?.type === 'ReturnStatement' || (parent === fn && parent?.type === 'ArrowFunctionExpression');
  if (!isReturned || !isFunction(fn)) return false;
  const uses = usesOfFunction(script, fn);
  if (!uses || uses.length === 0) return false;
  return uses.every((use) => {
    const calls = use.script.parentOf(use.node);
    if (!isCall(calls) || (calls.callee as Node) !== use.node) return false;
    return isAwaited(use.script, calls) || isChained(use.script, calls);
  });
}

/** The style that every use of a pool has, in all modules; undefined where they differ or one is not clear. */
function onlyStyle(script: Script, client: Client): Style | undefined {
  const others = script.modules?.mentioning('query', 'execute', 'getConnection', 'promise') ?? [script];
  const scripts = others.some(({ path }) => path === script.path) ? others : [script, ...others];
  const uses = scripts.flatMap(usesIn).filter((use) => isSame(use.client, client));
  const [first] = uses;
  return client.pool && first && uses.every(({ style }) => style === first.style) ? first.style : undefined;
}

/** The trees of recast and of Babel are two; a place in the text is the same in both. */
function isSame(one: Client, other: Client): boolean {
  return one.script.path === other.script.path && startOf(one.call) === startOf(other.call);
}

/** All uses want the other style: the file takes the other module. */
function wholeModules(script: Script, mysql2: PackageVersion): Found[] {
  return (['mysql2', 'mysql2/promise'] as const).flatMap((module): Found[] => {
    const sources = [
      ...importsOf(script, module).map(({ source }) => source as Node),
      ...requiresOf(script, module).flatMap((call) => argumentsOf(call)),
    ];
    const [source] = sources;
    const clients = script.calls.flatMap((call) =>
      originOf(script, call.callee as Node)?.startsWith(`${module}.create`)
        ? (clientOf(script, call) ?? [])
        : [],
    );
    const wanted: Style = module === 'mysql2' ? 'promise' : 'callback';
    if (!source || clients.length === 0 || !clients.every((client) => onlyStyle(script, client) === wanted))
      return [];
    const other = module === 'mysql2' ? 'mysql2/promise' : 'mysql2';
    const message = `${mysql2.text}: what ${module} makes has no ${wanted === 'promise' ? 'promises' : 'callbacks'}, and every use here wants them.`;
    return [
      {
        subject: module,
        at: source,
        message,
        repair: (j) => {
          for (const one of sources) replace(script, one, j.stringLiteral(other) as Node);
        },
      },
    ];
  });
}

/** Some uses want the other style: `await pool.query()` → `await pool.promise().query()`. */
function singleCalls(script: Script, mysql2: PackageVersion): Found[] {
  return usesIn(script).flatMap(({ call, receiver, client, style }): Found[] => {
    if (style === undefined || style === client.style || onlyStyle(client.script, client) === style)
      return [];
    const method = methodCall(call)?.method ?? '';
    const found = { subject: method, at: call };
    if (client.style === 'promise')
      return [
        {
          ...found,
          message: `${mysql2.text}: ${method}() of mysql2/promise takes no callback.`,
          safety: 'report',
          next: 'Await the call; it returns [rows, fields].',
        },
      ];
    return [
      {
        ...found,
        message: `${mysql2.text}: ${method}() returns no promise here.`,
        repair: (j) => {
          const callee = unwrap(call.callee as Node);
          if (isMember(callee)) callee.object = expressionOf(j, ['', '.promise()'], [receiver]) as never;
        },
      },
    ];
  });
}
