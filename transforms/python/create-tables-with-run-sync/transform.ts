import type { Backend } from '../../../src/backend/backend.ts';
import { type OpenConnection, openConnections } from '../../../src/backend/connections.ts';
import { engineOf } from '../../../src/backend/engines.ts';
import { kindOf, receiverOf } from '../../../src/backend/kinds.ts';
import { asyncEdits } from '../../../src/backend/make-async.ts';
import { isMetadata } from '../../../src/backend/models.ts';
import { movedToStart } from '../../../src/backend/tables-in-lifespan.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { argumentsOf, keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { indentAt, indentUnit, lineStart } from '../../../src/languages/python/layout.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { descendants, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Create the tables through run_sync',
  why: 'create_all is synchronous: given an async engine it raises AttributeError, so the server does not start.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncConnection.run_sync',
  tasks: ['T026'],
  catalogue: ['py-create-all-on-async', 'py-run-sync-called'],
  fixes: [
    /'(AsyncEngine|AsyncConnection|Session)' object has no attribute '_run_ddl_visitor'/,
    /MetaData\.(create|drop)_all\(\) missing 1 required positional argument: 'bind'/,
  ],
  literals: ['create_all', 'drop_all'],
  detect(document, backend) {
    return document.calls.flatMap(
      (call) => draft(document, backend, call) ?? ofSession(document, backend, call) ?? [],
    );
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  const callee = call.childForFieldName('function');
  const method = callee?.childForFieldName('attribute')?.text;
  const metadata = callee?.childForFieldName('object');
  if (!callee || !metadata || !/^(create|drop)_all$/.test(method ?? '')) return undefined;
  if (!isMetadata(document, metadata)) return undefined;
  const base = { subject: `${method} ${functionName(call)}`, at: document.place(call) };
  const handed = calledInRunSync(document, call);
  if (handed) {
    const message = `run_sync is to be given ${callee.text} itself, and calls it with the connection.`;
    return { ...base, message, edits: [handed] };
  }
  const bind = keywordValue(call, 'bind') ?? positional(call)[0];
  const open = openConnections(document, call);
  const kind = bind && kindOf(backend, document, bind)?.what;
  const given =
    bind &&
    (open.find(({ name }) => name === bind.text) ??
      (kind === 'async-connection' ? { name: bind.text } : undefined));
  const engine = bind && !given ? engineOf(document, bind) : undefined;
  if (!bind || !(given || engine?.async || kind === 'async-engine')) return undefined;
  const message = `${callee.text} is given ${bind.text}, which is async.`;
  const around = asyncEdits(document, backend, call);
  const whole = call.parent?.type === 'await' ? call.parent : call;
  const connection = given ?? open.find((each) => engine && each.engine.id === engine.call.id);
  const room = connection !== undefined || beginsLine(document, whole);
  const opening = around ? undefined : atModule(document, backend, { call, whole, callee, bind });
  if (opening) return { ...base, message, safety: AT_START, edits: opening };
  if (whole.parent?.type !== 'expression_statement' || !around || !room) {
    const next =
      'Move the call into the lifespan: async with engine.begin() as conn: await conn.run_sync(metadata.create_all)';
    return { ...base, safety: 'report', message, next };
  }
  return {
    ...base,
    message,
    ...(given && isUncommitted(call, given.name) && { safety: UNCOMMITTED }),
    edits: [statement(document, { call, whole, callee, bind }, connection), ...around],
  };
}

const UNCOMMITTED = {
  unsafe:
    'engine.connect() commits nothing by itself: without await connection.commit() the tables are rolled back',
};

const AT_START = {
  unsafe: 'the tables are made when the server starts, and no more when the module is imported',
};

/** At the top of the module that makes the application: the same, where the server starts. */
function atModule(
  document: PythonDocument,
  backend: Backend,
  { call, whole, callee, bind }: { call: Node; whole: Node; callee: Node; bind: Node },
): Edit[] | undefined {
  if (!whole.parent) return undefined;
  const run = `await conn.run_sync(${callee.text}${others(call, bind)})`;
  return movedToStart(document, backend, whole.parent, `async with ${bind.text}.begin() as conn:\n\t${run}`);
}

/** What stands beside the engine: `, checkfirst=True`. */
function others(call: Node, bind: Node): string {
  return argumentsOf(call)
    .filter((argument) => argument.startIndex > bind.endIndex || argument.endIndex < bind.startIndex)
    .map((argument) => `, ${argument.text}`)
    .join('');
}

/** Below `async with engine.connect() as conn:`, and nothing there commits. */
function isUncommitted(call: Node, name: string): boolean {
  for (let at = call.parent; at; at = at.parent) {
    if (at.type !== 'with_statement') continue;
    const opened = descendants(at, 'as_pattern').find(
      (pattern) => pattern.namedChildren[1]?.text === name && at.childForFieldName('body'),
    );
    const callee = opened?.namedChildren[0]?.childForFieldName('function');
    if (callee?.childForFieldName('attribute')?.text !== 'connect') continue;
    return !at.text.includes(`${name}.commit(`);
  }
  return false;
}

/** `await session.run_sync(metadata.create_all)`: a session's run_sync gives a session, and tables want a connection. */
function ofSession(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  const name = call.childForFieldName('function')?.childForFieldName('attribute')?.text;
  const receiver = name === 'run_sync' ? receiverOf(backend, document, call) : undefined;
  if (receiver?.kind.what !== 'async-session') return undefined;
  const [given] = positional(call);
  const method = given?.type === 'attribute' ? given.childForFieldName('attribute')?.text : undefined;
  const metadata = given?.childForFieldName('object');
  if (!metadata || !/^(create|drop)_all$/.test(method ?? '') || !isMetadata(document, metadata))
    return undefined;
  if (call.parent?.type !== 'await') return undefined;
  const text = `(await ${receiver.node.text}.connection())`;
  return {
    subject: `${method} ${functionName(call)}`,
    at: document.place(call),
    message: `${given?.text} is given a session here; it takes the session's connection.`,
    edits: [{ ...document.place(receiver.node), text }],
  };
}

/** `if fresh: create_all(engine)` has no room for a block. */
function beginsLine({ text }: PythonDocument, node: Node): boolean {
  return text.slice(lineStart(text, node.startIndex), node.startIndex).trim() === '';
}

function functionName(call: Node): string {
  return enclosing(call, 'function_definition')?.childForFieldName('name')?.text ?? 'module';
}

/** `conn.run_sync(metadata.create_all())`: the parentheses go. */
function calledInRunSync(document: PythonDocument, call: Node): Edit | undefined {
  const outer = call.parent?.type === 'argument_list' ? call.parent.parent : undefined;
  const method = outer?.childForFieldName('function')?.childForFieldName('attribute')?.text;
  const list = call.childForFieldName('arguments');
  const alone = argumentsOf(call).length === 0 && outer && positional(outer)[0]?.id === call.id;
  return list && alone && method === 'run_sync' ? { ...document.place(list), text: '' } : undefined;
}

/** `await conn.run_sync(…)` on the connection that is open, or below an `async with engine.begin() as conn:` of its own. */
function statement(
  document: PythonDocument,
  { call, whole, callee, bind }: { call: Node; whole: Node; callee: Node; bind: Node },
  open: Pick<OpenConnection, 'name'> | undefined,
): Edit {
  const rest = others(call, bind);
  const name = open?.name ?? freeName(document, call);
  const run = `await ${name}.run_sync(${callee.text}${rest})`;
  if (open) return { ...document.place(whole), text: run };
  const indent = `${indentAt(document.text, call.startIndex)}${indentUnit(document.text)}`;
  const opening = `async with ${bind.text}.begin() as ${name}:`;
  return { ...document.place(whole), text: `${opening}${lineEnding(document.text)}${indent}${run}` };
}

function freeName(document: PythonDocument, node: Node): string {
  const scope = scopeAt(document, node);
  return ['conn', 'connection', 'tables_connection'].find((name) => !scope.find(name)) ?? 'conn_for_tables';
}
