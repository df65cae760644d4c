import { expect, test } from 'vitest';
import { explainLog } from '../../src/explain/explanation.ts';
import { loadTransforms } from '../../src/load-transforms.ts';
import { symbolsFor } from '../../src/terminal/symbols.ts';

const transforms = await loadTransforms();
const layout = { width: 100, symbols: symbolsFor(true) };
const explained = (log: string) => explainLog(log, transforms, layout);

/** Messages as current releases print them, and a transform that each must lead to. */
const MESSAGES: [message: string, id: string][] = [
  [
    "ImportError: cannot import name 'AsyncEngine' from 'sqlmodel.ext.asyncio.session' (/x/session.py)",
    'python/import-database-names',
  ],
  [
    "ImportError: The SQLAlchemy asyncio module requires that the Python 'greenlet' library is installed.",
    'settings/require-asyncio-extra',
  ],
  ["AttributeError: 'FastAPI' object has no attribute 'add_event_handler'", 'python/append-startup-handlers'],
  [
    "TypeError: Starlette.__init__() got an unexpected keyword argument 'on_startup'",
    'python/write-lifespan-for-starlette',
  ],
  [
    "TypeError: 'coroutine' object does not support the asynchronous context manager protocol",
    'python/shape-lifespan',
  ],
  [
    'TypeError: <generator object get_db at 0x7f950156f8a0> is not a callable object',
    'python/give-depends-the-function',
  ],
  [
    "AttributeError: 'Flask' object has no attribute 'before_first_request'",
    'python/call-what-ran-before-first-request',
  ],
  ['RuntimeError: Working outside of application context.', 'python/create-tables-in-app-context'],
  ['TypeError: Query.paginate() takes 1 positional argument but 4 were given', 'python/paginate-by-keyword'],
];

test.each(MESSAGES)('%s', (message, id) => {
  const { explained: known, text } = explained(
    `ERROR:    Traceback (most recent call last):\n  File "/app/main.py", line 3, in <module>\n    x()\n${message}\n`,
  );
  expect(known).toBe(true);
  expect(text).toContain(id);
  expect(text).toMatch(new RegExp(`fix-backend --only \\S*${id}`));
});

test('two errors lead to both transforms in one command', () => {
  const { text } = explained(
    "AttributeError: 'Flask' object has no attribute 'before_first_request'\n\nRuntimeError: Working outside of application context.\n",
  );
  expect(text).toMatch(
    /fix-backend --only python\/call-what-ran-before-first-request,\S*python\/create-tables-in-app-context/,
  );
});

test('an error that nothing knows is quoted with its place and what to do', () => {
  const { explained: known, text } = explained(
    'Traceback (most recent call last):\n  File "/app/kitchen.py", line 7, in cook\n    burn()\nkitchen.BurntError: too hot\n',
  );
  expect(known).toBe(false);
  expect(text).toContain('kitchen.BurntError: too hot');
  expect(text).toContain('/app/kitchen.py, line 7');
  expect(text).toContain('fix-backend audit');
});

test('a server that cannot be reached is said to be one', () => {
  expect(
    explained("ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5432)").text,
  ).toContain('start the database');
});

test.each(['', '\n\n', 'INFO:     Application startup complete.'])('no error at all: %j', (log) => {
  const { explained: known, text } = explained(log);
  expect(known).toBe(false);
  expect(text).toContain('fix-backend explain < error.log');
});
