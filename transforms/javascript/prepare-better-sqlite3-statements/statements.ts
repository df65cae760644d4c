import { methodCall, type Node, stringValue, unwrap } from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { declaredType, madeBy, valueBehind } from '../../../src/languages/javascript/trace.ts';

/** True for `new Database(…)` of better-sqlite3, and what is declared as one. */
export function isDatabase(script: Script, node: Node): boolean {
  return (
    madeBy(script, node)?.origin === 'better-sqlite3' ||
    /^better-sqlite3(\.Database)?$/.test(declaredType(script, node) ?? '')
  );
}

/** The `db.prepare(sql)` that a statement comes from, also through what returns the statement itself. */
export function preparedBy(script: Script, node: Node): { script: Script; call: Node } | undefined {
  const value = valueBehind(script, node);
  const used = value && 'node' in value ? methodCall(value.node) : undefined;
  if (!value || !('node' in value) || !used) return undefined;
  if (/^(bind|pluck|raw|expand|safeIntegers)$/.test(used.method))
    return preparedBy(value.script, used.receiver);
  return used.method === 'prepare' && isDatabase(value.script, used.receiver)
    ? { script: value.script, call: value.node }
    : undefined;
}

const CHANGES = /^\s*(insert|replace|update|delete|create|drop|alter)\b/i;

/** True for SQL that is written out and gives no rows. */
export function givesNoRows(sql: Node | undefined): boolean {
  const text = sql && stringValue(unwrap(sql));
  return text !== undefined && CHANGES.test(text) && !/\breturning\b/i.test(text);
}
