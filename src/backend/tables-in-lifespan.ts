import { argumentsOf, hasSplat } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { addImport } from '../languages/python/import-edits.ts';
import { indentUnit } from '../languages/python/layout.ts';
import { insertBefore, removeLines, statementsOf } from '../languages/python/statement-edits.ts';
import { enclosing, isAsync, type Node, statementOf } from '../languages/python/tree.ts';
import type { Edit } from '../types.ts';
import { applicationsOf, lifespanOf, type Made } from './applications.ts';
import type { Backend } from './backend.ts';
import { eventHandlers } from './event-handlers.ts';
import { callBefore, yieldOf } from './lifespan.ts';

/**
 * Moves a statement of a module to the start of the application that the same module makes: into its lifespan, into the first async
 * start-up handler, or into a lifespan that is written for it. `text` is what is to stand there, its lines parted by `\n` and
 * indented with one tab. Undefined where there is no such application, or its start cannot be told.
 */
export function movedToStart(
  document: PythonDocument,
  backend: Backend,
  statement: Node,
  text: string,
): Edit[] | undefined {
  if (statement.type !== 'expression_statement' || statement.parent?.type !== 'module') return undefined;
  const [made, ...others] = applicationsOf(document).filter(
    ({ factory, framework, callDocument }) =>
      !factory && framework === 'fastapi' && callDocument.path === document.path,
  );
  const removed = removeLines(document, statement);
  if (!made || others.length > 0 || !removed) return undefined;
  const body = text.replaceAll('\t', indentUnit(document.text));
  const added = atStart(document, backend, made, body);
  return added && joined(removed, added);
}

function atStart(document: PythonDocument, backend: Backend, made: Made, text: string): Edit[] | undefined {
  const lifespan = lifespanOf(made);
  if (lifespan) {
    const open = lifespan.document.path === document.path ? yieldOf(lifespan.definition) : undefined;
    return open && [callBefore(document, open, text.split('\n'))];
  }
  const handled = backend.sources.filter(({ text: each }) =>
    /\b(on_event|add_event_handler|on_startup|on_shutdown)\b/.test(each),
  );
  if (handled.length > 0) return intoHandler(document, handled, text);
  return withLifespan(document, made.call, text);
}

/** A lifespan would keep the handlers from being called, so it goes into the first of them. */
function intoHandler(
  document: PythonDocument,
  handled: readonly PythonDocument[],
  text: string,
): Edit[] | undefined {
  if (handled.some(({ path }) => path !== document.path)) return undefined;
  const first = eventHandlers(document).find(({ event }) => event === 'startup');
  const definition = first?.how === 'decorator' ? enclosing(first.handler, 'function_definition') : undefined;
  const [begin] = definition && isAsync(definition) ? statementsOf(definition) : [];
  return begin && [insertBefore(document, begin, text)];
}

function withLifespan(document: PythonDocument, call: Node, text: string): Edit[] | undefined {
  const callee = call.childForFieldName('function');
  const statement = statementOf(call);
  const isTop = statement.parent?.type === 'module' && statement.type === 'expression_statement';
  const taken = document.scopes.module.bindings.has('lifespan') || argumentsOf(call).some(isLifespan);
  if (!callee || !isTop || taken || hasSplat(call)) return undefined;
  const unit = indentUnit(document.text);
  const lines = [
    '@asynccontextmanager',
    `async def lifespan(app: ${callee.text}):`,
    ...[...text.split('\n'), 'yield'].map((line) => unit + line),
    '',
    '',
  ];
  const last = argumentsOf(call).at(-1);
  const end = last?.endIndex ?? call.endIndex - 1;
  return [
    insertBefore(document, statement, lines.join('\n')),
    { file: document.path, start: end, end, text: `${last ? ', ' : ''}lifespan=lifespan` },
    ...addImport(document, { module: 'contextlib', name: 'asynccontextmanager' }),
  ];
}

function isLifespan(argument: Node): boolean {
  return argument.childForFieldName('name')?.text === 'lifespan';
}

/** What is added right where something goes takes its place. */
function joined(removed: Edit, added: Edit[]): Edit[] {
  const touching = added.find(({ start, end }) => start === end && start === removed.end);
  if (!touching) return [removed, ...added];
  return [{ ...removed, text: touching.text }, ...added.filter((each) => each !== touching)];
}
