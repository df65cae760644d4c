import type { Backend } from '../../../src/backend/backend.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { argumentsOf, positional } from '../../../src/languages/python/arguments.ts';
import { mayAwait, whereabouts } from '../../../src/languages/python/awaits.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { indentAt, indentUnit, lineStart } from '../../../src/languages/python/layout.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Inspect an async engine through run_sync',
  why: 'inspect() takes no async engine or connection: NoInspectionAvailable. And only connections have run_sync.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#using-the-inspector-to-inspect-schema-objects',
  catalogue: ['py-inspect-async'],
  fixes: [
    /Inspection on an Async(Engine|Connection) is currently not supported/,
    /'AsyncEngine' object has no attribute 'run_sync'/,
  ],
  literals: ['inspect', 'run_sync'],
  detect(document, backend) {
    return document.calls.flatMap(
      (call) => inspection(document, backend, call) ?? runOnEngine(document, backend, call) ?? [],
    );
  },
} satisfies Transform<'python'>;

/** `inspect(engine).get_table_names()`. */
function inspection(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  const callee = call.childForFieldName('function');
  const [subject, ...others] = positional(call);
  if (!callee || !subject || others.length > 0 || !isInspect(document, callee)) return undefined;
  const what = kindOf(backend, document, subject)?.what;
  if (what !== 'async-engine' && what !== 'async-connection') return undefined;
  const base = {
    subject: `inspect in ${whereabouts(call)}`,
    at: document.place(call),
    message: `${callee.text} cannot look at ${subject.text}, which is async.`,
  };
  const read = readAtOnce(call);
  if (!read || !mayAwait(call) || !canMove(read)) {
    const next = `Look at it in an async function: async with engine.connect() as conn: await conn.run_sync(lambda sync: inspect(sync).get_table_names())`;
    return { ...base, safety: 'report', next };
  }
  const name = what === 'async-engine' ? freeName(document, call) : subject.text;
  const text = document.text;
  const parameter = freeName(document, call, 'sync_connection');
  const rest = text.slice(call.endIndex, read.endIndex);
  const run = `await ${name}.run_sync(lambda ${parameter}: ${callee.text}(${parameter})${rest})`;
  const edits =
    what === 'async-connection'
      ? [{ ...document.place(read), text: run }]
      : below(document, read, `async with ${subject.text}.connect() as ${name}:`, run);
  return { ...base, edits };
}

function isInspect(document: PythonDocument, callee: Node): boolean {
  return /^sqlalchemy\.(inspection\.)?inspect$/.test(document.externalName(callee) ?? '');
}

/** The call of a method of the inspector, where that is all the inspector is for. */
function readAtOnce(call: Node): Node | undefined {
  const attribute = call.parent?.type === 'attribute' ? call.parent : undefined;
  const outer = attribute?.parent;
  return outer?.type === 'call' && outer.childForFieldName('function')?.id === attribute?.id
    ? outer
    : undefined;
}

/** A statement of its own, whose arguments await nothing: the lambda is synchronous. */
function canMove(read: Node): boolean {
  if (read.descendantsOfType('await').length > 0) return false;
  const { parent } = read;
  if (parent?.type === 'expression_statement' || parent?.type === 'return_statement') return true;
  return parent?.type === 'assignment' && parent.parent?.type === 'expression_statement';
}

/** `await engine.run_sync(f)`: the engine has no such method, its connection has. */
function runOnEngine(document: PythonDocument, backend: Backend, call: Node): Draft | undefined {
  const callee = call.childForFieldName('function');
  const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
  if (!object || callee?.childForFieldName('attribute')?.text !== 'run_sync') return undefined;
  if (kindOf(backend, document, object)?.what !== 'async-engine') return undefined;
  const base = {
    subject: `${object.text}.run_sync in ${whereabouts(call)}`,
    at: document.place(call),
    message: `${object.text} is an engine and has no run_sync; its connections have.`,
  };
  const whole = call.parent?.type === 'await' ? call.parent : undefined;
  if (!whole || !mayAwait(call) || !canMoveWhole(whole) || argumentsOf(call).length === 0) {
    const next = `async with ${object.text}.begin() as conn: await conn.run_sync(…)`;
    return { ...base, safety: 'report', next };
  }
  const name = freeName(document, call);
  const list = document.text.slice(callee.endIndex, call.endIndex);
  const opening = `async with ${object.text}.begin() as ${name}:`;
  return { ...base, edits: below(document, whole, opening, `await ${name}.run_sync${list}`) };
}

function canMoveWhole({ parent }: Node): boolean {
  return (
    parent?.type === 'expression_statement' ||
    parent?.type === 'return_statement' ||
    parent?.type === 'assignment'
  );
}

/** The statement of an expression, one level deeper below an opening line, with the expression replaced. */
function below(document: PythonDocument, expression: Node, opening: string, text: string): Edit[] {
  const statement = statementAround(expression);
  const { text: source, path: file } = document;
  if (source.slice(lineStart(source, statement.startIndex), statement.startIndex).trim() !== '') return [];
  const indent = indentAt(source, statement.startIndex) + indentUnit(source);
  const start = statement.startIndex;
  return [
    {
      file,
      start,
      end: expression.startIndex,
      text: `${opening}${lineEnding(source)}${indent}${source.slice(start, expression.startIndex)}${text}`,
    },
    { file, start: expression.startIndex, end: expression.endIndex, text: '' },
  ];
}

function statementAround(node: Node): Node {
  let at = node;
  while (at.parent && at.parent.type !== 'block' && at.parent.type !== 'module') at = at.parent;
  return at;
}

function freeName(document: PythonDocument, node: Node, wanted = 'conn'): string {
  const scope = scopeAt(document, node);
  return [wanted, `${wanted}_`, `${wanted}_for_inspection`].find((name) => !scope.find(name)) ?? `_${wanted}`;
}
