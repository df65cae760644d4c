import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import {
  argumentsOf,
  type Call,
  isFunction,
  isMember,
  methodCall,
  type Node,
  propertyName,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';
import { wrongValues } from './bound-values.ts';
import { givesNoRows, isDatabase, preparedBy } from './statements.ts';

const UNSAFE = {
  unsafe: 'The statement runs at once and blocks until it is done, as everything of better-sqlite3 does.',
};

const find: Find = ({ script, version }) => {
  const sqlite = version('better-sqlite3');
  if (!sqlite) return [];
  return script.calls.flatMap((call): Found[] => {
    const used = methodCall(call);
    if (!used) return [];
    if (/^(run|get|all|iterate|bind)$/.test(used.method)) {
      const prepared = preparedBy(script, used.receiver);
      if (prepared)
        return [...withoutRows(script, call, prepared.call, sqlite), ...wrongValues(script, call, sqlite)];
    }
    if (!/^(run|get|all|each)$/.test(used.method) || !isDatabase(script, used.receiver)) return [];
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
  fixes: [
    /db\.(run|get|all|each) is not a function/,
    /SQLite3 can only bind numbers, strings, bigints, buffers, and null/,
    /This statement does not return data\. Use run\(\) instead/,
  ],
  packages: ['better-sqlite3'],
  literals: ['better-sqlite3', '.run(', '.all(', '.get(', '.bind(', '.iterate('],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. */
export default rewriteWith(find, UNSAFE);

/** `db.prepare('insert …').all()`: a statement that gives no rows can only be run. */
function withoutRows(script: Script, call: Call, prepared: Node, sqlite: PackageVersion): Found[] {
  const callee = unwrap(call.callee as Node);
  const method = isMember(callee) ? propertyName(callee) : undefined;
  if (!isMember(callee) || !/^(get|all|iterate)$/.test(method ?? '')) return [];
  if (!givesNoRows(argumentsOf(prepared)[0])) return [];
  const found = {
    subject: `${method} without rows`,
    at: call,
    message: `${sqlite.text} refuses ${method}() of a statement that gives no rows: "Use run() instead".`,
  };
  if (script.isUsed(call))
    return [{ ...found, safety: 'report', next: 'Write run(), which returns { changes, lastInsertRowid }.' }];
  return [
    {
      ...found,
      safety: 'safe',
      repair: (j) => Object.assign(callee, { property: j.identifier('run'), computed: false }),
    },
  ];
}
