import type { Backend } from '../../../src/backend/backend.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { reachFrom } from '../../../src/backend/import-reach.ts';
import { isMadeOnce, keepsConnections } from '../../../src/backend/null-pool.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Transform } from '../../../src/transform.ts';

const CLIENTS = new Set(['fastapi.testclient.TestClient', 'starlette.testclient.TestClient']);

export default {
  title: 'Enter the test client',
  why: 'Outside of a with block TestClient runs each request in an event loop of its own: the first one answers, the second fails with the connection of the first.',
  safety: 'report',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#using-multiple-asyncio-event-loops',
  catalogue: ['py-loop-pool-tests'],
  fixes: [/attached to a different loop/, /another operation is in progress/],
  literals: ['TestClient'],
  detect(document, backend) {
    if (!isTest(document.path)) return [];
    const clients = document.calls.filter((call) => isClient(document, call) && !isEntered(document, call));
    const [first] = clients;
    const engine = first && engineOfServer(backend);
    if (!first || !engine) return [];
    return [
      {
        subject: 'TestClient',
        at: document.place(first),
        message: `The client is not entered, and the engine of ${engine} keeps the connections of the loop before.`,
        next: 'Write "with TestClient(app) as client:" once for all tests, or give the engine poolclass=NullPool where the tests run.',
      },
    ];
  },
} satisfies Transform<'python'>;

function isClient(document: PythonDocument, call: Node): boolean {
  const callee = call.childForFieldName('function');
  return callee !== null && CLIENTS.has(document.externalName(callee) ?? '');
}

/** `with TestClient(app) as client`, and a name that some `with` enters. */
function isEntered(document: PythonDocument, call: Node): boolean {
  if (enclosing(call, 'with_clause', 'with_item')) return true;
  const name = enclosing(call, 'assignment')?.childForFieldName('left')?.text;
  const around = enclosing(call, 'function_definition') ?? document.root;
  return name !== undefined && new RegExp(`\\bwith ${name}\\b|enter_context\\(${name}`).test(around.text);
}

const known = new WeakMap<Backend, string | undefined>();

/** Where the server's engine is made, if it keeps connections of asyncpg and the tests do not bring an engine of their own. */
function engineOfServer(backend: Backend): string | undefined {
  if (!known.has(backend)) known.set(backend, findEngine(backend));
  return known.get(backend);
}

function findEngine(backend: Backend): string | undefined {
  const entry = backend.application?.document;
  const ownEngine = backend.engines.some(({ document }) => isTest(document.path));
  const overridden = backend.documents.some(
    ({ path, text }) => isTest(path) && /dependency_overrides|monkeypatch\.setattr|patch\(/.test(text),
  );
  if (!entry || ownEngine || overridden) return undefined;
  const reached = reachFrom([entry]);
  return backend.engines.find(
    (engine) => reached.has(engine.document.path) && isMadeOnce(engine) && keepsConnections(backend, engine),
  )?.document.path;
}
