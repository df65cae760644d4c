import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { expressionOf, statementOf } from '../../../src/languages/javascript/build.ts';
import { freeName, hasImports, insertBehindImports } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  isFunction,
  methodCall,
  type Node,
  nameOf,
} from '../../../src/languages/javascript/nodes.ts';
import { isAwaited, replace, type Script } from '../../../src/languages/javascript/script.ts';
import { declaredType, madeBy, originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const UNSAFE = {
  unsafe: 'The call now waits for the database and returns its rows, where it returned the database at once.',
};

const find: Find = ({ script, version }) => {
  const sqlite = version('sqlite3');
  if (!sqlite) return [];
  return script.calls.flatMap((call): Found[] => {
    const used = methodCall(call);
    if (
      !used ||
      !/^(all|get|run|exec)$/.test(used.method) ||
      !isAwaited(script, call) ||
      !isDatabase(script, used.receiver)
    )
      return [];
    const given = argumentsOf(call);
    if (given.some(isFunction)) return [];
    const found = {
      subject: used.method,
      at: call,
      message: `${sqlite.text}: ${used.method}() returns the database and no promise, so awaiting it gives no rows.`,
    };
    const name = promisifyName(script);
    const free = freeName(script, 'promisify');
    if (name === undefined && free === undefined)
      return [{ ...found, safety: 'report', next: 'Write await promisify(db.all.bind(db))(sql).' }];
    return [
      {
        ...found,
        repair: (j) => {
          const text = `${name ?? 'promisify'}(`;
          const bound = expressionOf(
            j,
            [text, `.${used.method}.bind(`, '))'],
            [used.receiver, used.receiver],
          );
          replace(script, call, j.callExpression(bound as never, given as never[]) as Node);
          if (name === undefined)
            insertBehindImports(
              script,
              statementOf(j, [
                hasImports(script)
                  ? "import { promisify } from 'node:util';"
                  : "const { promisify } = require('node:util');",
              ]),
            );
        },
      },
    ];
  });
};

export const transform = {
  title: 'Make promises of the calls of sqlite3',
  why: 'sqlite3 has callbacks only: await db.all() gives the Database object instead of the rows, without an error.',
  safety: UNSAFE,
  docs: 'https://github.com/TryGhost/node-sqlite3/wiki/API',
  catalogue: ['js-sqlite3-await'],
  packages: ['sqlite3'],
  literals: ['sqlite3'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. */
export default rewriteWith(find, UNSAFE);

/** The classes of sqlite3, also behind `verbose()`. */
function isDatabase(script: Script, node: Node): boolean {
  const made = madeBy(script, node);
  if (/^sqlite3\.Database$/.test(made?.origin ?? '') || declaredType(script, node) === 'sqlite3.Database')
    return true;
  const value = made ? undefined : databaseBehindVerbose(script, node);
  return value ?? false;
}

function databaseBehindVerbose(script: Script, node: Node): boolean {
  const binding = node.type === 'Identifier' ? script.bindingOf(node) : undefined;
  const { init } = (binding?.declaration ?? {}) as { init?: Node | null };
  if (!binding || binding.writes.length > 0 || init?.type !== 'NewExpression') return false;
  const { object, property } = classOf(script, init.callee as Node);
  const verbose =
    object?.type === 'Identifier'
      ? (script.bindingOf(object)?.declaration as { init?: Node | null } | undefined)?.init
      : object;
  const used = verbose ? methodCall(verbose) : undefined;
  return (
    property?.name === 'Database' &&
    used?.method === 'verbose' &&
    originOf(script, used.receiver) === 'sqlite3'
  );
}

/** `sqlite3.Database`, also where it was taken out: `const { Database } = require('sqlite3').verbose()`. */
function classOf(script: Script, callee: Node): { object?: Node; property?: { name?: string } } {
  const binding = callee.type === 'Identifier' ? script.bindingOf(callee) : undefined;
  const { id, init } = (binding?.declaration ?? {}) as { id?: Node; init?: Node | null };
  const taken = propertyTaken(id, binding?.identifier);
  if (init && taken !== undefined) return { object: init, property: { name: taken } };
  return callee as unknown as { object?: Node; property?: { name?: string } };
}

/** The key that a pattern takes a name from: `Database` for `{ Database: Db }`. */
function propertyTaken(pattern: Node | undefined, name: Node | undefined): string | undefined {
  if (pattern?.type !== 'ObjectPattern' || !name) return undefined;
  const taken = (pattern.properties as Node[]).find((one) => (one as { value?: Node }).value === name);
  return taken?.type === 'ObjectProperty' ? nameOf(taken.key as Node, taken.computed) : undefined;
}

function promisifyName(script: Script): string | undefined {
  return script
    .all('Identifier')
    .find(
      (one) =>
        script.bindingOf(one)?.identifier === one &&
        /^(node:)?util\.promisify$/.test(originOf(script, one) ?? ''),
    )?.name;
}
