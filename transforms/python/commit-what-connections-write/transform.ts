import { engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { engineOf, isSameEngine } from '../../../src/backend/engines.ts';
import { receiverOf } from '../../../src/backend/kinds.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { type Writes, writes } from '../../../src/backend/writing-statements.ts';
import { positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { insertAfter } from '../../../src/languages/python/statement-edits.ts';
import { encloses, enclosing, type Node, statementOf } from '../../../src/languages/python/tree.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Place } from '../../../src/types.ts';

/** What runs a statement and gives its result. */
const RUNS = /^(execute|scalar|scalars|stream|exec_driver_sql)$/;
/** Where one of these is called, somebody looks after the transaction. */
const HANDLED = /^(commit|rollback|begin|begin_nested|execution_options|get_transaction|in_transaction)$/;
const ENDS = /^(execute|scalar|scalars|stream|exec_driver_sql|close|invalidate|info|closed|dialect|engine)$/;

export default {
  title: 'Commit what a connection writes',
  why: 'SQLAlchemy 2.0 commits nothing by itself: what a connection writes is rolled back when it is closed, and no error says so.',
  safety: {
    unsafe: 'what was rolled back until now is stored from then on',
  },
  since: { sqlalchemy: '2.0' },
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#library-level-but-not-driver-level-autocommit-removed-from-both-core-and-orm',
  catalogue: ['py-core-no-autocommit'],
  fixes: [],
  literals: ['connect('],
  detect(document, backend) {
    return onePerFunction(document.calls.flatMap((call) => draft(document, backend, call)));
  },
} satisfies Transform<'python'>;

/** `with engine.connect() as connection:` around something that writes. */
function draft(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const method = call.childForFieldName('function')?.childForFieldName('attribute')?.text;
  const receiver = method === 'connect' ? receiverOf(backend, document, call) : undefined;
  if (!receiver || !/^(async-)?engine$/.test(receiver.kind.what)) return [];
  const opened = openedBy(call) ?? assignedTo(call);
  if (!opened || isAutocommit(document, receiver.node)) return [];
  const written = whatIsWritten(document, opened);
  const found = written?.find(({ kind }) => kind === 'rows') ?? written?.[0];
  if (!found || !written) return [];
  const subject = `${receiver.node.text} ${functionAt(call)}`;
  const dialect = found.kind === 'schema' ? dialectOf(document, backend, receiver.node) : 'postgresql';
  if (dialect === undefined)
    return OTHER_DATABASE.test(document.text)
      ? []
      : [onPostgresqlAlone(subject, document.place(found.node), opened)];
  if (dialect !== 'postgresql') return [];
  if (opened.statement.type !== 'with_statement')
    return [{ subject, at: document.place(found.node), ...committed(document, opened, written) }];
  const name = call.childForFieldName('function')?.childForFieldName('attribute');
  if (!name) return [];
  const message = `What ${opened.name.text} writes is rolled back when its block ends, since nothing commits; begin() commits there.`;
  const edits = [{ ...document.place(name), text: 'begin' }];
  return [{ subject, at: document.place(found.node), message, edits }];
}

/** A module that speaks of one of these is written for it, or asks which one there is. */
const OTHER_DATABASE = /mysql|mariadb|singlestore|snowflake|oracle|mssql|sqlite|duckdb|clickhouse|bigquery/i;

/** SQLite and MySQL commit what is done to tables by themselves, and which database it is cannot be seen. */
function onPostgresqlAlone(subject: string, at: Place, { name, awaited }: Opened): Draft {
  const commit = `${awaited ? 'await ' : ''}${name.text}.commit()`;
  return {
    subject,
    at,
    safety: 'report',
    message: `Where the database is PostgreSQL, what ${name.text} does to its tables is rolled back, since nothing commits.`,
    next: `Open it with begin(), or call ${commit} behind the last statement.`,
  };
}

/** `connection = engine.connect()`: a commit behind the last thing that it writes. Connections have commit() since 2.0. */
function committed(
  document: PythonDocument,
  { name, awaited }: Opened,
  written: readonly Written[],
): Omit<Draft, 'subject' | 'at'> {
  const last = lastStatement(written.map(({ node }) => node));
  const commit = `${awaited ? 'await ' : ''}${name.text}.commit()`;
  const message = `What ${name.text} writes is rolled back when it is closed, since nothing commits.`;
  if (last.type === 'return_statement')
    return { message, safety: 'report', next: `Keep the result, call ${commit}, and return it then.` };
  return { message, runsFrom: { sqlalchemy: '2.0' }, edits: [insertAfter(document, last, commit)] };
}

/** The last statement with one of the writes in it, in the innermost block that holds all of them; a loop counts as a whole. */
function lastStatement(writes: readonly Node[]): Node {
  let statement = statementOf(writes.at(-1) as Node);
  for (;;) {
    const block = statement.parent;
    const around = block?.parent;
    if (!block || !around || block.type !== 'block') return statement;
    const isLoop = /^(for|while)_statement$/.test(around.type);
    if (!isLoop && writes.every((node) => encloses(block, node))) return statement;
    if (/^(function|class)_definition$/.test(around.type)) return statement;
    statement = statementOf(around);
  }
}

interface Opened {
  /** The with statement, or the function in which the connection is assigned. */
  statement: Node;
  name: Node;
  awaited?: boolean;
}

interface Written {
  kind: Writes;
  node: Node;
}

/** The with statement that a connection is opened by, and the name that it has there. */
function openedBy(call: Node): Opened | undefined {
  const pattern = call.parent?.type === 'as_pattern' ? call.parent : undefined;
  const name = pattern?.namedChildren[1]?.namedChildren[0];
  const statement = pattern && enclosing(pattern, 'with_statement');
  return statement && name?.type === 'identifier' ? { statement, name } : undefined;
}

/** `connection = engine.connect()` in a function. */
function assignedTo(call: Node): Opened | undefined {
  const awaited = call.parent?.type === 'await';
  const assignment = awaited ? call.parent?.parent : call.parent;
  const name = assignment?.type === 'assignment' ? assignment.childForFieldName('left') : undefined;
  const statement = enclosing(call, 'function_definition', 'lambda');
  return name?.type === 'identifier' && statement?.type === 'function_definition'
    ? { statement, name, awaited }
    : undefined;
}

/** The statements that write, where all uses of the connection are seen and none of them looks after the transaction. */
function whatIsWritten(document: PythonDocument, { statement, name }: Opened): Written[] | undefined {
  const bindings = scopeAt(document, name).bindings.get(name.text);
  if (statement.type !== 'with_statement' && bindings?.length !== 1) return undefined;
  const inside = ({ node }: { node: Node }) => encloses(statement, node);
  const uses = document
    .referencesNamed(name.text)
    .filter(({ node, scope }) => inside({ node }) && scope.find(name.text) === bindings);
  const found: Written[] = [];
  for (const { node } of uses) {
    const attribute = node.parent?.type === 'attribute' ? node.parent : undefined;
    const method = attribute?.childForFieldName('attribute')?.text ?? '';
    if (!attribute || attribute.childForFieldName('object')?.id !== node.id) return undefined;
    if (HANDLED.test(method) || !ENDS.test(method)) return undefined;
    const call = attribute.parent?.type === 'call' ? attribute.parent : undefined;
    const [given] = call && RUNS.test(method) ? positional(call) : [];
    const kind = given && writes(document, given);
    if (kind && given) found.push({ kind, node: given });
  }
  return found;
}

/** The engine commits each statement by itself: it was made so, or this use of it asks for that. */
function isAutocommit(document: PythonDocument, engine: Node): boolean {
  const made = engineOf(document, engine);
  return /autocommit|isolation_level/i.test(`${engine.text} ${made?.call.text ?? ''}`);
}

function dialectOf(document: PythonDocument, backend: Backend, node: Node): string | undefined {
  const engine = engineOf(document, node);
  const address = engine && engineAddresses(backend).find((each) => isSameEngine(each.engine, engine));
  const dialects = (address?.effective ?? []).map((text) => text && parseDatabaseUrl(text)?.dialect);
  const [first] = dialects;
  return dialects.every((dialect) => dialect === first) ? first : undefined;
}
