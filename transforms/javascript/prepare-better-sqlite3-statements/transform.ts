import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import { argumentsOf, isFunction, methodCall, type Node } from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import { declaredType, madeBy } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const UNSAFE = {
  unsafe: 'The statement runs at once and blocks until it is done, as everything of better-sqlite3 does.',
};

const find: Find = ({ script, version }) => {
  const sqlite = version('better-sqlite3');
  if (!sqlite) return [];
  return script.calls.flatMap((call): Found[] => {
    const used = methodCall(call);
    if (!used || !/^(run|get|all|each)$/.test(used.method) || !isDatabase(script, used.receiver)) return [];
    const [sql, ...parameters] = argumentsOf(call);
    const found = {
      subject: used.method,
      at: call,
      message: `${sqlite.text} has no ${used.method}() on a database: that is sqlite3.`,
    };
    if (!sql || used.method === 'each' || parameters.some(isFunction) || sql.type === 'SpreadElement')
      return [{ ...found, safety: 'report', next: 'Write db.prepare(sql).all(…), which returns the rows.' }];
    return [
      {
        ...found,
        repair: (j) => {
          const statement = expressionOf(j, ['', '.prepare(', ')'], [used.receiver, sql]);
          const made = j.callExpression(
            j.memberExpression(statement as never, j.identifier(used.method)),
            parameters as never[],
          );
          replace(script, call, made as Node);
        },
      },
    ];
  });
};

export const transform = {
  title: 'Prepare the statements of better-sqlite3',
  why: 'better-sqlite3 has no run, get or all on the database, only on statements: the call is a TypeError.',
  safety: UNSAFE,
  docs: 'https://github.com/WiseLibs/better-sqlite3/blob/master/docs/api.md',
  catalogue: ['js-better-sqlite3-api'],
  fixes: [/db\.(run|get|all|each) is not a function/],
  packages: ['better-sqlite3'],
  literals: ['better-sqlite3', '.run(', '.all('],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. */
export default rewriteWith(find, UNSAFE);

function isDatabase(script: Script, node: Node): boolean {
  return (
    madeBy(script, node)?.origin === 'better-sqlite3' ||
    /^better-sqlite3(\.Database)?$/.test(declaredType(script, node) ?? '')
  );
}
