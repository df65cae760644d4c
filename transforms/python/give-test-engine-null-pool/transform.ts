import type { Backend } from '../../../src/backend/backend.ts';
import { enginesOf } from '../../../src/backend/engines.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { isMadeOnce, keepsConnections, nullPoolEdits } from '../../../src/backend/null-pool.ts';
import { argumentsOf } from '../../../src/languages/python/arguments.ts';
import { decoratorsOf } from '../../../src/languages/python/classes.ts';
import { enclosing, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Let the engine of the tests keep no connections',
  why: "A kept connection belongs to the event loop of the test that opened it, and asyncpg fails with it in the next test's loop.",
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#using-multiple-asyncio-event-loops',
  catalogue: ['py-loop-pool-tests'],
  fixes: [/attached to a different loop/, /Event loop is closed/, /another operation is in progress/],
  literals: ['create_async_engine', 'create_engine'],
  detect(document, backend) {
    if (!isTest(document.path) || hasOneLoop(backend)) return [];
    return enginesOf(document)
      .filter(
        (engine) =>
          (isMadeOnce(engine) || isInSharedFixture(engine.call)) && keepsConnections(backend, engine),
      )
      .map((engine) => {
        const edits = nullPoolEdits(engine);
        const name = enclosing(engine.call, 'assignment')?.childForFieldName('left')?.text ?? 'engine';
        return {
          subject: name,
          at: document.place(engine.call),
          message: `${name} is made once and keeps its connections, and each test has an event loop of its own.`,
          ...(edits
            ? { edits }
            : {
                safety: 'report' as const,
                next: 'Give it poolclass=NullPool instead of the options of its pool.',
              }),
        };
      });
  },
} satisfies Transform<'python'>;

/** `@pytest.fixture(scope="session")`: one engine for many tests. */
function isInSharedFixture(call: Node): boolean {
  const definition = enclosing(call, 'function_definition');
  return (definition ? decoratorsOf(definition) : []).some((decorator) =>
    (decorator.type === 'call' ? argumentsOf(decorator) : []).some((argument) => {
      const value = argument.childForFieldName('value');
      return (
        argument.childForFieldName('name')?.text === 'scope' &&
        value !== null &&
        /^(session|package|module|class)$/.test(plainString(value) ?? '')
      );
    }),
  );
}

/** pytest-asyncio can be told to keep one loop for all tests, and so can anyio. */
function hasOneLoop(backend: Backend): boolean {
  const settings = ['pyproject.toml', 'pytest.ini', 'setup.cfg', 'tox.ini'].map(
    (name) =>
      backend.workspace.read(backend.facts.root === '' ? name : `${backend.facts.root}/${name}`)?.text ?? '',
  );
  const configured = settings.some((text) =>
    /asyncio_default_test_loop_scope\s*=\s*["']?(session|package|module)/.test(text),
  );
  return (
    configured ||
    backend.documents.some(
      ({ path, text }) =>
        isTest(path) &&
        /def event_loop\(|loop_scope\s*=\s*["'](session|module)|def anyio_backend\(/.test(text),
    )
  );
}
