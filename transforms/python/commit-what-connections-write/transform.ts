import { engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { engineOf, isSameEngine } from '../../../src/backend/engines.ts';
import { receiverOf } from '../../../src/backend/kinds.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import { type Writes, writes } from '../../../src/backend/writing-statements.ts';
import { positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { encloses, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

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
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#library-level-but-not-driver-level-autocommit-removed-from-both-core-and-orm',
  catalogue: ['py-core-no-autocommit'],
  fixes: [],
  literals: ['connect('],
  detect(document, backend) {
    if (!sqlalchemyMayBe(backend, '2.0')) return [];
    return onePerFunction(document.calls.flatMap((call) => draft(document, backend, call)));
  },
} satisfies Transform<'python'>;

/** `with engine.connect() as connection:` around something that writes. */
function draft(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const method = call.childForFieldName('function')?.childForFieldName('attribute')?.text;
  const receiver = method === 'connect' ? receiverOf(backend, document, call) : undefined;
  if (!receiver || !/^(async-)?engine$/.test(receiver.kind.what)) return [];
  const opened = openedBy(call);
  if (!opened || isAutocommit(document, receiver.node)) return [];
  const found = whatIsWritten(document, opened);
  if (!found) return [];
  if (found.kind === 'schema' && dialectOf(document, backend, receiver.node) !== 'postgresql') return [];
  const name = call.childForFieldName('function')?.childForFieldName('attribute');
  if (!name) return [];
  const message = `What ${opened.name.text} writes is rolled back when its block ends, since nothing commits; begin() commits there.`;
  const edits = [{ ...document.place(name), text: 'begin' }];
  return [
    { subject: `${receiver.node.text} ${functionAt(call)}`, at: document.place(found.node), message, edits },
  ];
}

interface Opened {
  statement: Node;
  name: Node;
}

/** The with statement that a connection is opened by, and the name that it has there. */
function openedBy(call: Node): Opened | undefined {
  const pattern = call.parent?.type === 'as_pattern' ? call.parent : undefined;
  const name = pattern?.namedChildren[1]?.namedChildren[0];
  const statement = pattern && enclosing(pattern, 'with_statement');
  return statement && name?.type === 'identifier' ? { statement, name } : undefined;
}

/** The first statement that writes, where all uses of the connection are seen and none of them looks after the transaction. */
function whatIsWritten(
  document: PythonDocument,
  { statement, name }: Opened,
): { kind: Writes; node: Node } | undefined {
  const bindings = scopeAt(document, statement).bindings.get(name.text);
  const inside = ({ node }: { node: Node }) => encloses(statement, node);
  const uses = document
    .referencesNamed(name.text)
    .filter(({ node, scope }) => inside({ node }) && scope.find(name.text) === bindings);
  const found: { kind: Writes; node: Node }[] = [];
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
  return found.find(({ kind }) => kind === 'rows') ?? found[0];
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
