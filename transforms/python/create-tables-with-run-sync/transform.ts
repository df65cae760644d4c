import type { Backend } from '../../../src/backend/backend.ts';
import { engineOf } from '../../../src/backend/engines.ts';
import { metadataAt } from '../../../src/backend/models.ts';
import { referencesAcross } from '../../../src/backend/references.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { argumentsOf, keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { indentAt, indentUnit } from '../../../src/languages/python/layout.ts';
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
  const bind = keywordValue(call, 'bind') ?? positional(call)[0];
  if (!callee || !metadata || !/^(create|drop)_all$/.test(method ?? '') || !bind) return undefined;
  if (!metadataAt(document, metadata) || !engineOf(document, bind)?.async) return undefined;
  const base = { subject: `${method} ${functionName(call)}`, at: document.place(call) };
  const message = `${callee.text} is given ${bind.text}, which is an async engine.`;
  const around = asyncEdits(document, backend, call);
  if (call.parent?.type !== 'expression_statement' || !around) {
    const next =
      'Move the call into the lifespan: async with engine.begin() as conn: await conn.run_sync(metadata.create_all)';
    return { ...base, safety: 'report', message, next };
  }
  return { ...base, message, edits: [statement(document, call, callee, bind), ...around] };
}

function functionName(call: Node): string {
  return enclosing(call, 'function_definition')?.childForFieldName('name')?.text ?? 'module';
}

/** `async with engine.begin() as conn:` and the call inside, with the indentation of the place. */
function statement(document: PythonDocument, call: Node, callee: Node, bind: Node): Edit {
  const indent = indentAt(document.text, call.startIndex);
  const rest = argumentsOf(call)
    .filter((argument) => argument.startIndex > bind.endIndex || argument.endIndex < bind.startIndex)
    .map((argument) => `, ${argument.text}`)
    .join('');
  const inner = `${indent}${indentUnit(document.text)}await conn.run_sync(${callee.text}${rest})`;
  return {
    ...document.place(call),
    text: `async with ${bind.text}.begin() as conn:${lineEnding(document.text)}${inner}`,
  };
}

/** What else has to change so that the place is async: nothing, the function and its calls, or undefined where that cannot be done. */
function asyncEdits(document: PythonDocument, backend: Backend, call: Node): Edit[] | undefined {
  const definition = enclosing(call, 'function_definition', 'lambda', 'class_definition');
  if (definition?.type !== 'function_definition') return undefined;
  if (definition.children[0]?.type === 'async') return [];
  const name = definition.childForFieldName('name');
  const binding =
    name && document.scopes.module.bindings.get(name.text)?.find((each) => each.node.id === name.id);
  if (!binding || definition.parent?.type === 'decorated_definition') return undefined;
  const uses = referencesAcross(backend.documents, document, binding);
  const calls = uses.map(({ document: other, node }) => awaited(other, node));
  if (calls.length === 0 || calls.some((edit) => edit === undefined)) return undefined;
  const start = definition.startIndex;
  return [{ file: document.path, start, end: start, text: 'async ' }, ...calls.flatMap((edit) => edit ?? [])];
}

/** `await ` before a call that stands alone in an async function. */
function awaited(document: PythonDocument, node: Node): Edit | undefined {
  const call =
    node.parent?.type === 'call' && node.parent.childForFieldName('function')?.id === node.id
      ? node.parent
      : undefined;
  const definition = call && enclosing(call, 'function_definition', 'lambda');
  if (call?.parent?.type !== 'expression_statement' || definition?.children[0]?.type !== 'async')
    return undefined;
  return { file: document.path, start: call.startIndex, end: call.startIndex, text: 'await ' };
}
