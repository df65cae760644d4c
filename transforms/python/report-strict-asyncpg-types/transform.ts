import { engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { kindOf, receiverOf } from '../../../src/backend/kinds.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { sqlText } from '../../../src/backend/sql-text.ts';
import { calledName, sqlalchemyName } from '../../../src/backend/sqlalchemy-names.ts';
import { keyword, positional } from '../../../src/languages/python/arguments.ts';
import { membersOf, ownMembers, type PythonClass } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

const ASYNC = /^async-(session|connection)$/;
const NUMBER = /^(Optional\[|Mapped\[)*int\b/;

export default {
  title: 'Hand asyncpg values of the right type, and one statement at a time',
  why: 'psycopg2 lets the server convert texts; asyncpg prepares every statement and refuses what does not fit, so the query fails when it is first made.',
  safety: 'report',
  docs: 'https://magicstack.github.io/asyncpg/current/usage.html#type-conversion',
  catalogue: ['py-asyncpg-strict-types'],
  fixes: [
    /invalid input for query argument \$\d+: .* \('str' object cannot be interpreted as an integer\)/,
    /expected a datetime\.date or datetime\.datetime instance, got 'str'/,
    /cannot insert multiple commands into a prepared statement/,
    /syntax error at or near "\$1"/,
  ],
  literals: ['text', '.get('],
  detect(document, backend) {
    if (isTest(document.path) || !usesAsyncpg(backend)) return [];
    return onePerFunction(
      document.calls.flatMap((call) => [
        ...listOfValues(document, call),
        ...severalStatements(document, backend, call),
        ...textForNumber(document, backend, call),
      ]),
    );
  },
} satisfies Transform<'python'>;

function usesAsyncpg(backend: Backend): boolean {
  return engineAddresses(backend).some(({ engine, effective }) =>
    effective.some(
      (text) => engine.async && text !== undefined && parseDatabaseUrl(text)?.driver === 'asyncpg',
    ),
  );
}

/** `text("… where id in :ids")`, which psycopg2 fills with a tuple. */
function listOfValues(document: PythonDocument, call: Node): Draft[] {
  if (calledName(document, call) !== 'text' || document.text.includes('expanding')) return [];
  const [first] = positional(call);
  const sql = first && sqlText(document, first);
  const [, name] = /\bin\s+:(\w+)/i.exec(sql?.kind === 'plain' ? sql.text : '') ?? [];
  if (!name) return [];
  const message = `asyncpg takes no list for :${name}: the server says syntax error at or near "$1".`;
  const next = `Say that it is one:  text("…").bindparams(bindparam("${name}", expanding=True))`;
  return [{ subject: `in ${functionAt(call)}`, at: document.place(call), message, next }];
}

/** `session.execute(text("delete from a; delete from b"))`. */
function severalStatements(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const [first] = positional(call);
  const receiver = methodOf(call) === 'execute' ? receiverOf(backend, document, call) : undefined;
  if (!first || !receiver || !ASYNC.test(receiver.kind.what)) return [];
  const inner = calledName(document, first) === 'text' ? positional(first)[0] : first;
  const sql = inner && sqlText(document, inner);
  if (sql?.kind !== 'plain' || sql.text.includes('$$')) return [];
  const bare = sql.text.replace(/'[^']*'|--[^\n]*/g, '');
  if (bare.split(';').filter((part) => part.trim() !== '').length < 2) return [];
  const message = 'asyncpg prepares every statement, and prepares only one at a time; here are several.';
  const next = 'Execute them one after the other.';
  return [{ subject: `statements ${functionAt(call)}`, at: document.place(first), message, next }];
}

/** `session.get(User, user_id)` with a `user_id: str` where the key is a number. */
function textForNumber(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const [model, key, ...others] = positional(call);
  if (!model || !key || others.length > 0 || !/^(get|get_one)$/.test(methodOf(call))) return [];
  if (!isText(document, key) || receiverOf(backend, document, call)?.kind.what !== 'async-session') return [];
  const kind = kindOf(backend, document, model);
  if (kind?.what !== 'model-class' || !kind.class || !hasNumericKey(kind.class)) return [];
  const message = `The key of ${kind.class.name} is a number and ${key.text} is a text: asyncpg refuses it.`;
  const next = `Make it a number where it comes in:  ${key.text}: int`;
  return [{ subject: `${key.text} ${functionAt(call)}`, at: document.place(key), message, next }];
}

/** Asked first: what a receiver is takes longer. */
function methodOf(call: Node): string {
  return call.childForFieldName('function')?.childForFieldName('attribute')?.text ?? '';
}

function isText(document: PythonDocument, node: Node): boolean {
  const origin = node.type === 'identifier' ? document.origin(node) : undefined;
  return (
    origin?.kind === 'local' &&
    origin.binding.kind === 'parameter' &&
    origin.binding.annotation?.text === 'str'
  );
}

/** One primary key, annotated as an int or a column of Integer. */
function hasNumericKey(one: PythonClass): boolean {
  const keys = [...ownMembers(one).keys()].flatMap((name) => {
    const [member] = membersOf(one, name);
    const value = member?.binding?.value;
    const primary = value?.type === 'call' ? keyword(value, 'primary_key') : undefined;
    return member && value && primary?.text.endsWith('True') ? [{ member, value }] : [];
  });
  const [key, ...others] = keys;
  if (!key || others.length > 0) return false;
  const annotation = key.member.binding?.annotation?.text.trim();
  if (annotation) return NUMBER.test(annotation);
  const { document } = key.member.owner;
  return positional(key.value).some((type) => {
    const name = type.type === 'call' ? calledName(document, type) : sqlalchemyName(document, type);
    return /^(Integer|BigInteger|SmallInteger)$/.test(name ?? '');
  });
}
