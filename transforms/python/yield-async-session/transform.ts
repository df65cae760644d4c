import type { Backend } from '../../../src/backend/backend.ts';
import { dependencyOf } from '../../../src/backend/kinds/annotations.ts';
import { methodGives } from '../../../src/backend/kinds/methods.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { referencesAcross } from '../../../src/backend/references.ts';
import { bindingOf, yieldsOf } from '../../../src/languages/python/calls.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { children, descendants, enclosing, isAsync, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Make the dependency of an async session async',
  why: 'A synchronous dependency cannot await close(): every request leaves its connection open, and only a warning says so.',
  safety: 'safe',
  docs: 'https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/',
  catalogue: ['py-sync-dependency-closes-async'],
  fixes: [/coroutine 'AsyncSession\.(close|commit|rollback)' was never awaited/],
  literals: ['yield'],
  detect(document, backend) {
    if (!/[Ss]ession/.test(document.text)) return [];
    return descendants(document.root, 'function_definition').flatMap(
      (definition) => draft(document, backend, definition) ?? [],
    );
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, definition: Node): Draft | undefined {
  if (isAsync(definition) || !yieldsAsyncSession(document, backend, definition)) return undefined;
  const unawaited = unawaitedCalls(document, backend, definition);
  if (unawaited.length === 0) return undefined;
  const name = definition.childForFieldName('name')?.text ?? '';
  const base = { subject: name, at: document.place(definition.childForFieldName('name') ?? definition) };
  const message = `${name} yields an async session and calls ${unawaited.map(called).join(', ')} without await: the connection stays open.`;
  if (!isOnlyInjected(document, backend, definition)) {
    const next = `Make ${name} an async def, await ${unawaited.map(called).join(', ')}, and read it with async for or async with.`;
    return { ...base, message, safety: 'report', next };
  }
  const { path: file } = document;
  const at = (place: number, text: string): Edit => ({ file, start: place, end: place, text });
  const edits = [
    at(definition.startIndex, 'async '),
    ...unawaited.map((call) => at(call.startIndex, 'await ')),
    ...asyncWiths(document, backend, definition),
    ...annotation(document, definition),
  ];
  return { ...base, message, edits };
}

function called(call: Node): string {
  return `${call.childForFieldName('function')?.text ?? ''}()`;
}

function yieldsAsyncSession(document: PythonDocument, backend: Backend, definition: Node): boolean {
  return yieldsOf(definition).some((each) => {
    const value = children(each)[0];
    return value !== undefined && kindOf(backend, document, value)?.what === 'async-session';
  });
}

/** Statements such as `session.close()`, which give coroutines. */
function unawaitedCalls(document: PythonDocument, backend: Backend, definition: Node): Node[] {
  return descendants(definition, 'call').filter((call) => {
    const callee = call.childForFieldName('function');
    if (callee?.type !== 'attribute' || call.parent?.type !== 'expression_statement') return false;
    if (enclosing(call, 'function_definition', 'lambda')?.id !== definition.id) return false;
    const method = kindOf(backend, document, callee);
    return (
      method?.what === 'method' &&
      method.on !== undefined &&
      methodGives(method.on, method.name ?? '')?.what === 'coroutine'
    );
  });
}

/** `with Session() as session:` inside it needs its async as well. */
function asyncWiths(document: PythonDocument, backend: Backend, definition: Node): Edit[] {
  return descendants(definition, 'with_statement').flatMap((statement) => {
    const items = descendants(children(statement)[0] ?? statement, 'with_item');
    const values = items
      .map((item) => children(item)[0])
      .map((value) => (value?.type === 'as_pattern' ? children(value)[0] : value));
    const all = values.every(
      (value) => value && /^async-/.test(kindOf(backend, document, value)?.what ?? ''),
    );
    const start = statement.startIndex;
    return !isAsync(statement) && all ? [{ file: document.path, start, end: start, text: 'async ' }] : [];
  });
}

/** True where every use outside tests hands it to `Depends`: FastAPI takes both kinds of generator. */
function isOnlyInjected(document: PythonDocument, backend: Backend, definition: Node): boolean {
  const binding = bindingOf(document, definition);
  if (!binding || definition.parent?.type === 'decorated_definition') return false;
  const uses = referencesAcross(backend.documents, document, binding);
  return (
    uses.length > 0 &&
    uses.every(({ document: user, node }) => {
      const call = enclosing(node, 'call');
      const override = enclosing(node, 'subscript')?.childForFieldName('value')?.text ?? '';
      return (call && dependencyOf(user, call)?.id === node.id) || override.endsWith('dependency_overrides');
    })
  );
}

const ASYNC_NAMES: Record<string, string> = {
  Generator: 'AsyncGenerator',
  Iterator: 'AsyncIterator',
  Iterable: 'AsyncIterable',
};

/** `-> Generator[AsyncSession, None, None]` says what an async generator is not. */
function annotation(document: PythonDocument, definition: Node): Edit[] {
  const type = definition.childForFieldName('return_type')?.namedChildren[0];
  const [name, list] = type?.type === 'generic_type' ? children(type) : [];
  const origin = name && document.externalName(name);
  const [, module, last = ''] = /^(typing|collections\.abc)\.(\w+)$/.exec(origin ?? '') ?? [];
  const wanted = ASYNC_NAMES[last];
  if (!name || !list || !module || !wanted || name.type !== 'identifier') return [];
  const [item, send, result] = children(list);
  const rename = { ...document.place(name), text: wanted };
  const isThree = last === 'Generator' && item && send && result;
  const shorten = isThree
    ? [{ file: document.path, start: send.endIndex, end: result.endIndex, text: '' }]
    : [];
  return [rename, ...shorten, ...addImport(document, { module, name: wanted })];
}
