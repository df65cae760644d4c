import type { Backend } from '../../../src/backend/backend.ts';
import { receiverOf } from '../../../src/backend/kinds.ts';
import { isOptional, nameAt } from '../../../src/backend/name-for-import.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import {
  hasBinds,
  hasPlaceholders,
  reassignedSql,
  type SqlText,
  sqlText,
} from '../../../src/backend/sql-text.ts';
import { valueFor } from '../../../src/backend/values.ts';
import { argumentsOf, keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** Statements that are made of names alone: no database takes parameters in them. */
const TAKES_NO_PARAMETERS =
  /^\s*(alter|analyze|cluster|comment|create|drop|grant|lock|reindex|rename|revoke|set|truncate|use|vacuum)\b/i;
const RUNS = /^(execute|scalar|scalars|stream|stream_scalars|exec)$/;
const RUNNERS = /^(async-)?(session|connection)$/;
const CLAUSES = /^(filter|where|having|from_statement)$/;
const ORDERS = /^(order_by|group_by)$/;

export default {
  title: 'Wrap SQL in text()',
  why: 'SQLAlchemy 2.0 executes no plain strings, so the first query of this kind fails.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#execute-method-more-strict-execution-options-more-prominent',
  catalogue: ['py-textual-sql'],
  fixes: [
    /ObjectNotExecutableError: Not an executable object: ['"]/,
    /Textual SQL expression .* should be explicitly declared as text\(/,
  ],
  literals: [
    'execute',
    'scalar',
    'stream',
    'exec',
    'filter',
    'where',
    'having',
    'from_statement',
    'order_by',
    'group_by',
  ],
  detect(document, backend) {
    return onePerFunction(document.calls.flatMap((call) => ofCall(document, backend, call)));
  },
} satisfies Transform<'python'>;

function ofCall(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const method = call.childForFieldName('function')?.childForFieldName('attribute')?.text ?? '';
  const [first] = positional(call);
  const statement = keywordValue(call, 'statement') ?? first;
  if (RUNS.test(method)) return statement ? run(document, backend, call, statement) : [];
  if (!CLAUSES.test(method) && !ORDERS.test(method)) return [];
  return positional(call).flatMap((argument) => clause(document, backend, call, method, argument));
}

/** `session.execute("select 1")`. */
function run(document: PythonDocument, backend: Backend, call: Node, statement: Node): Draft[] {
  const sql = sqlText(document, statement) ?? reassignedSql(document, statement);
  if (!sql || !RUNNERS.test(receiverOf(backend, document, call)?.kind.what ?? '')) return [];
  const parameters = argumentsOf(call).filter((each) => each.startIndex > statement.endIndex).length > 0;
  return wrapped(document, call, statement, sql, parameters);
}

/** `query.filter("id > 1")`; the plain name of a column is right for order_by() alone. */
function clause(
  document: PythonDocument,
  backend: Backend,
  call: Node,
  method: string,
  argument: Node,
): Draft[] {
  const sql = sqlText(document, argument);
  if (!sql || !/^(query|statement)$/.test(receiverOf(backend, document, call)?.kind.what ?? '')) return [];
  if (ORDERS.test(method) && /^-?\w*$/.test(sql.text)) return [];
  return wrapped(document, call, argument, sql, false);
}

function wrapped(
  document: PythonDocument,
  call: Node,
  node: Node,
  sql: SqlText,
  parameters: boolean,
): Draft[] {
  const message = 'A plain string is no SQL since SQLAlchemy 2.0; text() says that it is.';
  const draft = { subject: `text ${functionAt(call)}`, at: document.place(node), message };
  const problem = problemOf(document, sql, parameters);
  if (problem) return [{ ...draft, ...problem, safety: 'report' }];
  const text = nameAt(document, node, { module: 'sqlalchemy', name: 'text', otherwise: 'sql_text' });
  const written = node.type === 'parenthesized_expression' ? node.text : `(${node.text})`;
  const edits = [{ ...document.place(node), text: `${text.text}${written}` }, ...text.edits];
  const early = text.edits.length > 0 && isOptional(document, 'sqlalchemy');
  const safety = { unsafe: 'the file is loaded without SQLAlchemy too, and would no longer be' };
  return [{ ...draft, edits, ...(early && { safety }) }];
}

/** The text that SQL begins with, as far as it is known: `" ".join(["create role", name])` begins with its first part. */
function beginningOf(document: PythonDocument, { node, text }: SqlText): string {
  const joined =
    node.childForFieldName('function')?.childForFieldName('attribute')?.text === 'join'
      ? positional(node)[0]
      : undefined;
  const parts = joined && valueFor(document, joined)?.node;
  const first = parts && /^(list|tuple)$/.test(parts.type) ? parts.namedChildren[0] : undefined;
  return first ? (sqlText(document, first)?.text ?? '') : text;
}

/** Why a string cannot simply be wrapped, and what a person does instead. */
function problemOf(
  document: PythonDocument,
  sql: SqlText,
  parameters: boolean,
): { message: string; next: string } | undefined {
  if (sql.kind === 'built')
    return {
      message:
        'SQL that is put together of parts is refused since SQLAlchemy 2.0, and may be changed by whoever sends a part.',
      next: TAKES_NO_PARAMETERS.test(beginningOf(document, sql))
        ? 'Wrap it in text(). Names of roles, schemas and tables cannot be parameters: quote each with engine.dialect.identifier_preparer.quote(name).'
        : 'Write text("… :name") and give the values as parameters: {"name": value}; the name of a table or column cannot be one.',
    };
  if (parameters && hasPlaceholders(sql.text))
    return {
      message:
        "The SQL has the driver's placeholders; a plain string is refused since SQLAlchemy 2.0, and text() takes :name.",
      next: 'Write text("… :name") and give the parameters as a dictionary.',
    };
  if (!parameters && (hasBinds(sql.text) || sql.text.includes('%%')))
    return {
      message:
        'A plain string is no SQL since SQLAlchemy 2.0, and text() would read its :name or %% in another way.',
      next: 'Wrap it in text(), write \\: for a colon that begins no parameter, and one % where there are two.',
    };
  return undefined;
}
