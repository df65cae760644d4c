import type { Backend } from '../../../src/backend/backend.ts';
import { type OpenConnection, openConnections } from '../../../src/backend/connections.ts';
import { engineOf } from '../../../src/backend/engines.ts';
import { asyncEdits } from '../../../src/backend/make-async.ts';
import { metadataAt } from '../../../src/backend/models.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { argumentsOf, keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { indentAt, indentUnit, lineStart } from '../../../src/languages/python/layout.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Create the tables through run_sync',
  why: 'create_all is synchronous: given an async engine it raises AttributeError, so the server does not start.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncConnection.run_sync',
  tasks: ['T026'],
  fixes: [
    /'AsyncEngine' object has no attribute '_run_ddl_visitor'/,
    /'AsyncConnection' object has no attribute '_run_ddl_visitor'/,
    /MetaData\.(create|drop)_all\(\) missing 1 required positional argument: 'bind'/,
  ],
  literals: ['create_all', 'drop_all'],
  detect(document, backend) {
    return document.calls.flatMap((call) => draft(document, backend, call) ?? []);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  const callee = call.childForFieldName('function');
  const method = callee?.childForFieldName('attribute')?.text;
  const metadata = callee?.childForFieldName('object');
  if (!callee || !metadata || !/^(create|drop)_all$/.test(method ?? '')) return undefined;
  if (!metadataAt(document, metadata)) return undefined;
  const base = { subject: `${method} ${functionName(call)}`, at: document.place(call) };
  const handed = calledInRunSync(document, call);
  if (handed) {
    const message = `run_sync is to be given ${callee.text} itself, and calls it with the connection.`;
    return { ...base, message, edits: [handed] };
  }
  const bind = keywordValue(call, 'bind') ?? positional(call)[0];
  const open = openConnections(document, call);
  const given = bind && open.find(({ name }) => name === bind.text);
  const engine = bind && !given ? engineOf(document, bind) : undefined;
  if (!bind || !(given || engine?.async)) return undefined;
  const message = `${callee.text} is given ${bind.text}, which is async.`;
  const around = asyncEdits(document, backend, call);
  const whole = call.parent?.type === 'await' ? call.parent : call;
  const connection = given ?? open.find((each) => each.engine.id === engine?.call.id);
  const room = connection !== undefined || beginsLine(document, whole);
  if (whole.parent?.type !== 'expression_statement' || !around || !room) {
    const next =
      'Move the call into the lifespan: async with engine.begin() as conn: await conn.run_sync(metadata.create_all)';
    return { ...base, safety: 'report', message, next };
  }
  return {
    ...base,
    message,
    edits: [statement(document, { call, whole, callee, bind }, connection), ...around],
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
  open: OpenConnection | undefined,
): Edit {
  const rest = argumentsOf(call)
    .filter((argument) => argument.startIndex > bind.endIndex || argument.endIndex < bind.startIndex)
    .map((argument) => `, ${argument.text}`)
    .join('');
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
