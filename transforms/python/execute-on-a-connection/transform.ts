import type { Backend } from '../../../src/backend/backend.ts';
import { enginesInScope } from '../../../src/backend/engines-in-scope.ts';
import { type Kind, kindOf, receiverOf } from '../../../src/backend/kinds.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { argumentsOf, keywordValue } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { indentAt, indentUnit, lineEnd, lineStart } from '../../../src/languages/python/layout.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { type Node, plainString, statementOf } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** What reads a result to its end, so that the connection may be given back. */
const READ =
  /^(fetchall|fetchone|all|first|one|one_or_none|scalar|scalar_one|scalar_one_or_none|scalars|mappings|rowcount|lastrowid|inserted_primary_key)$/;
const LAZY = /^(scalars|mappings)$/;

export default {
  title: 'Execute statements on a connection',
  why: 'SQLAlchemy 2.0 took execute() off the engine and off statements, so the first query raises AttributeError.',
  safety: {
    unsafe: 'what is executed is one transaction of its own, which is committed when its block ends',
  },
  since: { sqlalchemy: '2.0' },
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#implicit-and-connectionless-execution-bound-metadata-removed',
  catalogue: ['py-engine-execute'],
  fixes: [
    /'(Async)?Engine' object has no attribute '(execute|scalar|scalars)'/,
    /'(Select|Insert|Update|Delete|TextClause|CompoundSelect)' object has no attribute 'execute'/,
  ],
  literals: ['execute', 'scalar'],
  detect(document, backend) {
    return onePerFunction(
      document.calls.flatMap(
        (call) => onEngine(document, backend, call) ?? onStatement(document, backend, call) ?? [],
      ),
    );
  },
} satisfies Transform<'python'>;

/** Asked first: what a receiver is takes longer. */
function methodOf(call: Node): string {
  return call.childForFieldName('function')?.childForFieldName('attribute')?.text ?? '';
}

/** `engine.execute(statement)`. */
function onEngine(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  if (!/^(execute|scalar|scalars)$/.test(methodOf(call))) return undefined;
  const receiver = receiverOf(backend, document, call);
  if (!receiver || !/^(async-)?engine$/.test(receiver.kind.what) || isMock(receiver.kind)) return undefined;
  const message = `An engine has no ${receiver.method}() since SQLAlchemy 2.0; a connection has.`;
  const draft = { subject: `${receiver.node.text} ${functionAt(call)}`, at: document.place(call), message };
  const list = argumentsText(document, call);
  if (list === undefined) {
    const next = 'Execute it on a connection, with the parameters as one dictionary or one list of them.';
    return { ...draft, safety: 'report', next };
  }
  const asynchronous = receiver.kind.what === 'async-engine';
  const written = (name: string) => `${name}.${receiver.method}${list}`;
  return rewritten(document, call, draft, { engine: receiver.node.text, asynchronous, written });
}

/** `create_engine(url, strategy="mock", executor=…)` gives a MockConnection, which has execute() to this day and no begin(). */
function isMock({ made }: Kind): boolean {
  const strategy = made && keywordValue(made.node, 'strategy');
  return strategy !== undefined && plainString(strategy) === 'mock';
}

/**
 * The arguments as a connection takes them: one dictionary for parameters by name, one list for several dictionaries. Undefined
 * where they are mixed, or cannot be seen.
 */
function argumentsText(document: PythonDocument, call: Node): string | undefined {
  const list = call.childForFieldName('arguments');
  const [statement, ...parameters] = argumentsOf(call);
  if (!list || !statement || /splat|keyword/.test(statement.type)) return undefined;
  const [first] = parameters;
  if (!first) return list.text;
  const named = parameters.filter(({ type }) => /^(keyword_argument|dictionary_splat)$/.test(type));
  if (named.length === 0 && parameters.length === 1 && first.type !== 'list_splat') return list.text;
  const before = document.text.slice(list.startIndex, first.startIndex);
  if (named.length === parameters.length) return `${before}{${named.map(pairText).join(', ')}})`;
  const dictionaries = parameters.every(({ type }) => type === 'dictionary');
  return dictionaries ? `${before}[${parameters.map(({ text }) => text).join(', ')}])` : undefined;
}

function pairText(argument: Node): string {
  const name = argument.childForFieldName('name');
  return name ? `"${name.text}": ${argument.childForFieldName('value')?.text}` : argument.text;
}

/** `select(…).execute()`, which found its engine through the metadata. */
function onStatement(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  const callee = call.childForFieldName('function');
  const statement = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  const method = callee?.childForFieldName('attribute')?.text ?? '';
  if (!statement || !/^(execute|scalar)$/.test(method) || argumentsOf(call).length > 0) return undefined;
  if (kindOf(backend, document, statement)?.what !== 'statement') return undefined;
  const message = `A statement has no ${method}() since SQLAlchemy 2.0; a connection executes it.`;
  const draft = { subject: `statement ${functionAt(call)}`, at: document.place(call), message };
  const [only, ...others] = enginesInScope(backend, document, call);
  if (!only || others.length > 0 || only.async) {
    const next =
      'Execute it on a connection of the engine that is meant:  with engine.begin() as connection: …';
    return { ...draft, safety: 'report', next };
  }
  const written = (name: string) => `${name}.${method}(${statement.text})`;
  return rewritten(document, call, draft, { engine: only.name, asynchronous: false, written });
}

interface Written {
  engine: string;
  asynchronous: boolean;
  written(connection: string): string;
}

function rewritten(
  document: PythonDocument,
  call: Node,
  draft: Omit<Draft, 'edits'>,
  { engine, asynchronous, written }: Written,
): Draft {
  const statement = statementOf(call);
  const next = `Open a connection around all that reads the result:  ${asynchronous ? 'async ' : ''}with ${engine}.begin() as connection: …`;
  const awaited = call.parent?.type === 'await';
  if (!isRead(call, statement) || !hasOwnLines(document, statement) || awaited !== asynchronous)
    return { ...draft, safety: 'report', next };
  const { text } = document;
  const name = freeName(document, call);
  const indent = `${indentAt(text, statement.startIndex)}${indentUnit(text)}`;
  const opening = `${asynchronous ? 'async ' : ''}with ${engine}.begin() as ${name}:${lineEnding(text)}${indent}`;
  const start = statement.startIndex;
  const before = text.slice(start, call.startIndex);
  const edits = [
    { file: document.path, start, end: call.endIndex, text: `${opening}${before}${written(name)}` },
  ];
  return { ...draft, edits };
}

/** The result is thrown away, or read to its end in the same statement, which is not one that holds others. */
function isRead(call: Node, statement: Node): boolean {
  if (!/^(expression_statement|return_statement)$/.test(statement.type)) return false;
  let at: Node = call.parent?.type === 'await' ? call.parent : call;
  if (at.parent?.id === statement.id && statement.type === 'expression_statement') return true;
  if (call.childForFieldName('function')?.childForFieldName('attribute')?.text === 'scalar')
    return !isInLambda(call, statement);
  let read = false;
  for (
    let parent = at.parent;
    parent?.type === 'attribute' || parent?.type === 'call' || parent?.type === 'parenthesized_expression';
    parent = at.parent
  ) {
    const name = parent.type === 'attribute' ? (parent.childForFieldName('attribute')?.text ?? '') : '';
    if (parent.type === 'attribute' && !READ.test(name)) break;
    if (parent.type === 'attribute') read = !LAZY.test(name);
    if (read && parent.type === 'attribute' && parent.parent?.type !== 'call') break;
    at = parent;
  }
  return read && !isInLambda(call, statement);
}

/** What a lambda or a generator reads is read later. */
function isInLambda(call: Node, statement: Node): boolean {
  for (let at = call.parent; at && at.id !== statement.id; at = at.parent)
    if (/^(lambda|generator_expression)$/.test(at.type)) return true;
  return false;
}

/** There is room for a block: nothing else stands on the lines of the statement. */
function hasOwnLines({ text }: PythonDocument, statement: Node): boolean {
  const before = text.slice(lineStart(text, statement.startIndex), statement.startIndex);
  const after = text.slice(statement.endIndex, lineEnd(text, statement.endIndex)).trim();
  return before.trim() === '' && (after === '' || after.startsWith('#'));
}

function freeName(document: PythonDocument, node: Node): string {
  const scope = scopeAt(document, node);
  return ['connection', 'conn', 'engine_connection'].find((name) => !scope.find(name)) ?? 'own_connection';
}
