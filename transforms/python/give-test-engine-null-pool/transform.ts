import type { Backend } from '../../../src/backend/backend.ts';
import { type Engine, enginesOf } from '../../../src/backend/engines.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { isMadeOnce, keepsConnections, nullPoolEdits } from '../../../src/backend/null-pool.ts';
import { referencesAcross } from '../../../src/backend/references.ts';
import { argumentsOf } from '../../../src/languages/python/arguments.ts';
import { decoratorsOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { descendants, enclosing, type Node, plainString } from '../../../src/languages/python/tree.ts';
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
          (isMadeOnce(engine) || isInSharedFixture(engine.call)) &&
          keepsConnections(backend, engine) &&
          isAskedFor(backend, engine) &&
          !isClosedByTests(engine.document),
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

/** True unless it can be seen that nothing connects through the engine: nobody reads its name, but to listen to its events. */
function isAskedFor(backend: Backend, { document, call }: Engine): boolean {
  const definition = enclosing(call, 'function_definition');
  const named = (definition ?? enclosing(call, 'assignment'))?.childForFieldName(
    definition ? 'name' : 'left',
  );
  if (named?.type !== 'identifier') return true;
  if (definition) return isAutomatic(definition) || backend.documents.some((each) => mentions(each, named));
  const [binding, other] = document.scopes.module.bindings.get(named.text) ?? [];
  if (!binding || other) return true;
  return referencesAcross(backend.documents, document, binding).some(
    (use) => use.node.id !== named.id && !isListenedTo(use.document, use.node),
  );
}

/** A fixture that every test has, asked for or not; or one that is asked for by another name. */
function isAutomatic(definition: Node): boolean {
  return decoratorsOf(definition).some((decorator) => /\b(autouse|name)\s*=/.test(decorator.text));
}

/** pytest hands a fixture to whatever has a parameter of its name, and to what names it in a string. */
function mentions(document: PythonDocument, name: Node): boolean {
  return (
    document.text.includes(name.text) &&
    (document.bindings.some((binding) => binding.kind === 'parameter' && binding.name === name.text) ||
      document.referencesNamed(name.text).length > 0 ||
      descendants(document.root, 'string').some((each) => plainString(each) === name.text))
  );
}

/** `@event.listens_for(engine.sync_engine, "connect")`. */
function isListenedTo(document: PythonDocument, node: Node): boolean {
  const call = enclosing(node, 'call');
  const callee = call?.childForFieldName('function');
  return /^sqlalchemy\.event\.(listens_for|listen)$/.test((callee && document.externalName(callee)) ?? '');
}

/** True of a module whose tests dispose of an engine that they are given: no connection gets to the next one. */
function isClosedByTests(document: PythonDocument): boolean {
  return document.attributesNamed('dispose').some((attribute) => {
    const definition = enclosing(attribute, 'function_definition');
    const isTestItself = definition?.childForFieldName('name')?.text.startsWith('test') ?? false;
    return isTestItself && attribute.parent?.parent?.type === 'await';
  });
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
