import type { Backend } from '../../../src/backend/backend.ts';
import { enginesOf } from '../../../src/backend/engines.ts';
import { reachFrom } from '../../../src/backend/import-reach.ts';
import { isMadeOnce, keepsConnections, nullPoolEdits } from '../../../src/backend/null-pool.ts';
import { valueFor } from '../../../src/backend/values.ts';
import { decoratorsOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { descendants, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Let the engine of a worker keep no connections',
  why: 'Each task runs in an event loop of its own; a connection that an earlier task opened belongs to a loop that is closed.',
  safety: { unsafe: 'every task opens and closes its own connections' },
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#using-multiple-asyncio-event-loops',
  catalogue: ['py-loop-celery'],
  fixes: [/attached to a different loop/, /another operation is in progress/, /Event loop is closed/],
  literals: ['create_async_engine', 'create_engine'],
  detect(document, backend) {
    const engines = enginesOf(document).filter(
      (engine) => isMadeOnce(engine) && keepsConnections(backend, engine),
    );
    if (engines.length === 0) return [];
    const worker = workersOf(backend).find((each) => reachFrom([each]).has(document.path));
    if (!worker) return [];
    const entry = backend.application?.document;
    const shared = entry !== undefined && reachFrom([entry]).has(document.path);
    return engines.map((engine) => {
      const edits = shared ? undefined : nullPoolEdits(engine);
      const name = enclosing(engine.call, 'assignment')?.childForFieldName('left')?.text ?? 'engine';
      return {
        subject: name,
        at: document.place(engine.call),
        message: `The tasks of ${worker.path} use ${name}, each in an event loop of its own, and it keeps the connections of the loops before.`,
        ...(edits
          ? { edits }
          : {
              safety: 'report' as const,
              next: `Give the tasks an engine of their own with poolclass=NullPool${shared ? ', and the server this one' : ''}.`,
            }),
      };
    });
  },
} satisfies Transform<'python'>;

const known = new WeakMap<Backend, PythonDocument[]>();

/** Modules with Celery tasks that start an event loop. */
function workersOf(backend: Backend): PythonDocument[] {
  const found =
    known.get(backend) ??
    backend.sources
      .filter(({ text }) => text.includes('task') && /asyncio|async_to_sync/.test(text))
      .filter(isWorker);
  known.set(backend, found);
  return found;
}

function isWorker(document: PythonDocument): boolean {
  return descendants(document.root, 'function_definition').some(
    (definition) =>
      decoratorsOf(definition).some((decorator) => isTask(document, decorator)) &&
      startsLoop(document, definition),
  );
}

/** `@app.task`, `@celery.task(bind=True)`, `@shared_task`. */
function isTask(document: PythonDocument, decorator: Node): boolean {
  const named = decorator.type === 'call' ? decorator.childForFieldName('function') : decorator;
  if (!named) return false;
  if (document.externalName(named) === 'celery.shared_task') return true;
  const object =
    named.type === 'attribute' && named.childForFieldName('attribute')?.text === 'task'
      ? named.childForFieldName('object')
      : undefined;
  const value = object ? valueFor(document, object) : undefined;
  const callee = value?.node.type === 'call' ? value.node.childForFieldName('function') : undefined;
  return callee ? /^celery\.(\w+\.)*Celery$/.test(value?.document.externalName(callee) ?? '') : false;
}

function startsLoop(document: PythonDocument, definition: Node): boolean {
  return descendants(definition, 'call').some((call) => {
    const callee = call.childForFieldName('function');
    if (callee?.type === 'call')
      return (
        document.externalName(callee.childForFieldName('function') ?? callee)?.startsWith('asgiref.') ?? false
      );
    return (
      callee !== null &&
      (document.externalName(callee) === 'asyncio.run' ||
        callee.childForFieldName('attribute')?.text === 'run_until_complete')
    );
  });
}
