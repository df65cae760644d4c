import { asyncpgObject, madeByAsyncpg } from '../../../src/backend/asyncpg-objects.ts';
import { isInAsyncFunction } from '../../../src/backend/engines.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { sqlText } from '../../../src/backend/sql-text.ts';
import { argumentsOf, keyword, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { children, descendants, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

/** What psycopg and MySQL's drivers call it, and what asyncpg calls it. */
const RENAMED: Record<string, string> = {
  dbname: 'database',
  username: 'user',
  passwd: 'password',
  sslmode: 'ssl',
  connect_timeout: 'timeout',
};
const QUERIES = /^(fetch|fetchrow|fetchval|execute|cursor)$/;

const COROUTINES = /^(fetch|fetchrow|fetchval|fetchmany|execute|executemany)$/;

export default {
  title: 'Call asyncpg as it wants to be called',
  why: 'asyncpg has its own names for options, a pool that has to be awaited and $1 for parameters, so the first connection or query fails.',
  safety: 'safe',
  docs: 'https://magicstack.github.io/asyncpg/current/api/index.html',
  catalogue: ['py-asyncpg-raw-api'],
  fixes: [
    /connect\(\) got an unexpected keyword argument '(dbname|username|passwd|sslmode|connect_timeout)'/,
    /InterfaceError: pool is not initialized/,
    /'coroutine' object has no attribute '(fetch|fetchrow|fetchval|execute|close|transaction)'/,
    /syntax error at or near "%"/,
    /UndefinedColumnError: column "s" does not exist/,
  ],
  literals: ['asyncpg', '.acquire(', '.fetch', '.execute('],
  detect(document) {
    return onePerFunction(
      document.calls.flatMap((call) => {
        const made = madeByAsyncpg(document, call);
        if (made) return [...options(document, call), ...unawaited(document, call, made)];
        return [...placeholders(document, call), ...unawaitedQuery(document, call)];
      }),
    );
  },
} satisfies Transform<'python'>;

/** `asyncpg.connect(dbname="app")`. */
function options(document: PythonDocument, call: Node): Draft[] {
  return Object.entries(RENAMED).flatMap(([name, right]): Draft[] => {
    const argument = keyword(call, name);
    const written = argument?.childForFieldName('name');
    if (!argument || !written || keyword(call, right)) return [];
    const message = `asyncpg calls it ${right}, not ${name}.`;
    const edits = [{ ...document.place(written), text: right }];
    return [{ subject: `${name} ${functionAt(call)}`, at: document.place(argument), message, edits }];
  });
}

/** `pool = asyncpg.create_pool(…)` in an async function, which nothing awaits later either. */
function unawaited(document: PythonDocument, call: Node, made: 'pool' | 'connection'): Draft[] {
  const assignment = call.parent?.type === 'assignment' ? call.parent : undefined;
  const left = assignment?.childForFieldName('left');
  if (!left || !isInAsyncFunction(call) || isAwaitedLater(document, left, made)) return [];
  const message =
    made === 'pool'
      ? 'The pool is not initialised until it is awaited.'
      : 'asyncpg.connect() is a coroutine: without await there is no connection.';
  const start = call.startIndex;
  const edits = [{ file: document.path, start, end: start, text: 'await ' }];
  return [{ subject: `await ${functionAt(call)}`, at: document.place(call), message, edits }];
}

/** `await pool`, `async with pool` and a pool that is handed on as it is. */
function isAwaitedLater(document: PythonDocument, left: Node, made: 'pool' | 'connection'): boolean {
  if (!/^(identifier|attribute)$/.test(left.type)) return true;
  const same = left.type === 'identifier' ? document.referencesNamed(left.text).map(({ node }) => node) : [];
  const attributes =
    left.type === 'attribute' ? document.attributes.filter(({ text }) => text === left.text) : [];
  return [...same, ...attributes].some((node) => {
    if (node.id === left.id) return false;
    // `await get_pool()` awaits what is async about get_pool, so the pool that it gives is taken for ready.
    if (made === 'pool' && node.parent?.type === 'return_statement' && isInAsyncFunction(node)) return false;
    return !/^(attribute|assignment|comparison_operator|if_statement|not_operator|boolean_operator|global_statement)$/.test(
      node.parent?.type ?? '',
    );
  });
}

/** `rows = pool.fetch(…)` and `connection.execute(…)` alone on its line: the query is never sent. */
function unawaitedQuery(document: PythonDocument, call: Node): Draft[] {
  const callee = call.childForFieldName('function');
  const receiver = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const method = callee?.childForFieldName('attribute')?.text ?? '';
  if (!receiver || !COROUTINES.test(method) || !isInAsyncFunction(call)) return [];
  const { parent } = call;
  const left = parent?.type === 'assignment' ? parent.childForFieldName('left') : undefined;
  const isLost = parent?.type === 'expression_statement' || (left && isRead(document, left));
  if (!isLost || !asyncpgObject(document, receiver)) return [];
  const start = call.startIndex;
  const edits = [{ file: document.path, start, end: start, text: 'await ' }];
  const message = `${callee?.text}() gives a coroutine, which nothing awaits: the query is never sent.`;
  return [{ subject: `await ${method} ${functionAt(call)}`, at: document.place(call), message, edits }];
}

/** Gone through or subscripted, as rows are; a coroutine that is kept is awaited or handed on by its name. */
function isRead(document: PythonDocument, left: Node): boolean {
  if (left.type !== 'identifier') return false;
  const binding = document.bindings.find(({ node }) => node.id === left.id);
  const uses = binding ? document.usesOf(binding) : [];
  return (
    uses.length > 0 &&
    uses.every(({ node }) =>
      /^(subscript|for_in_clause|for_statement|comparison_operator)$/.test(node.parent?.type ?? ''),
    )
  );
}

/** `connection.fetch("… where id = %s", id)`. */
function placeholders(document: PythonDocument, call: Node): Draft[] {
  const callee = call.childForFieldName('function');
  const receiver = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const [statement, ...given] = positional(call);
  if (!receiver || !statement || !QUERIES.test(callee?.childForFieldName('attribute')?.text ?? '')) return [];
  const sql = sqlText(document, statement);
  const bare = sql?.kind === 'plain' ? sql.text.replace(/'[^']*'/g, "''") : '';
  if (!/%(\(\w+\))?s/.test(bare) || !asyncpgObject(document, receiver)) return [];
  const draft = { subject: `placeholders ${functionAt(call)}`, at: document.place(statement) };
  const message = 'asyncpg writes parameters as $1, $2, …; a %s is sent to the server as it stands.';
  const places = placesIn(statement);
  const values =
    given.length === 1 && given[0] && /^(tuple|list)$/.test(given[0].type) ? children(given[0]) : given;
  const splat = argumentsOf(call).some(({ type }) => type !== 'keyword_argument' && /splat/.test(type));
  if (!places || places.length !== values.length || splat) {
    const next =
      'Write $1, $2, … in the statement and give the values as arguments of their own, in that order.';
    return [{ ...draft, message, safety: 'report', next }];
  }
  const unsafe = 'the types of the values are the server\'s business now: asyncpg refuses "5" for a number';
  const edits: Edit[] = places.map((start, at) => ({
    file: document.path,
    start,
    end: start + 2,
    text: `$${at + 1}`,
  }));
  const [only] = given;
  if (only && values !== given)
    edits.push({ ...document.place(only), text: values.map(({ text }) => text).join(', ') });
  return [{ ...draft, message, safety: { unsafe }, edits }];
}

/** Where `%s` stands in a literal, quoted parts of the SQL left out; undefined where it stands otherwise. */
function placesIn(statement: Node): number[] | undefined {
  const literals = statement.type === 'string' ? [statement] : descendants(statement, 'string');
  const found: number[] = [];
  for (const literal of literals) {
    const parts = children(literal);
    const open = parts[0];
    const close = parts.at(-1);
    if (!open || !close || parts.some(({ type }) => type === 'interpolation')) return undefined;
    const text = literal.text.slice(open.text.length, -close.text.length);
    if (/%\(\w+\)s|'[^']*%s[^']*'/.test(text)) return undefined;
    for (const match of text.matchAll(/%s/g)) found.push(open.endIndex + match.index);
  }
  return literals.length > 0 ? found : undefined;
}
