import { describe, expect, test } from 'vitest';
import { errorsIn } from '../../src/explain/errors.ts';

const TRACE = [
  'Traceback (most recent call last):',
  '  File "/venv/lib/python3.11/site-packages/uvicorn/server.py", line 70, in serve',
  '    config.load()',
  '  File "/app/app/db.py", line 12, in <module>',
  '    engine = create_async_engine(url)',
  '             ^^^^^^^^^^^^^^^^^^^^^^^^',
  '  File "/venv/lib/python3.11/site-packages/sqlalchemy/ext/asyncio/engine.py", line 1032, in __init__',
  '    raise exc.InvalidRequestError(',
  "sqlalchemy.exc.InvalidRequestError: The asyncio extension requires an async driver to be used. The loaded 'psycopg2' is not async.",
  '(Background on this error at: https://sqlalche.me/e/21/xd2s)',
];
const HEAD = TRACE[8];
const PLACE = { file: '/app/app/db.py', line: 12, code: 'engine = create_async_engine(url)' };

/** The same traceback as each of these hands it on. */
const PREFIXED: [string, (line: string, at: number) => string][] = [
  ['as it is', (line) => line],
  ['uvicorn', (line, at) => (at === 0 ? `ERROR:    ${line}` : line)],
  [
    'gunicorn',
    (line, at) =>
      at === 0 ? `[2026-11-25 15:00:00 +0000] [7] [ERROR] Exception in worker process\n${line}` : line,
  ],
  ['docker compose, in colours', (line) => `\u001b[36mapi-1  | \u001b[0m${line}`],
  ['docker compose with time stamps', (line) => `web_1  | 2026-11-25T15:00:00.123456789Z ${line}`],
  ['kubectl', (line) => `[pod/api-7d9f-x2v/api] ${line}`],
  ['Heroku', (line) => `2026-11-25T15:00:00.123456+00:00 app[web.1]: ${line}`],
  ['journald', (line) => `Nov 25 15:00:00 host uvicorn[123]: ${line}`],
  [
    'logging',
    (line, at) => (at === 0 ? `2026-11-25 15:00:00,123 - app.main - ERROR - failed\n${line}` : line),
  ],
  [
    'loguru',
    (line, at) =>
      at === 0 ? `2026-11-25 15:00:00.123 | ERROR    | app.main:startup:12 - failed\n${line}` : line,
  ],
  ['Windows line ends', (line) => `${line}\r`],
  ['docker json-file', (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr' })],
];

test.each(PREFIXED)('%s', (_name, prefixed) => {
  const [error, ...others] = errorsIn(TRACE.map(prefixed).join('\n'));
  expect(others).toEqual([]);
  expect(error?.head).toBe(HEAD);
  expect(error?.place).toEqual(PLACE);
  expect(error?.text).toContain('Background on this error');
});

test('a record in JSON with the traceback in one of its fields', () => {
  const record = JSON.stringify({ level: 'error', event: 'startup failed', exc_info: TRACE.join('\n') });
  expect(errorsIn(record).map(({ head, place }) => [head, place])).toEqual([[HEAD, PLACE]]);
});

describe('several errors', () => {
  test('each is told once, with how often it came, and the last one comes last', () => {
    const log = ['ValueError: a', '', 'KeyError: b', '', 'ValueError: a', ''].join('\n');
    expect(errorsIn(log).map(({ head, times }) => [head, times])).toEqual([
      ['KeyError: b', 1],
      ['ValueError: a', 2],
    ]);
  });

  test('what only ends the program is left out where there is a reason', () => {
    const log =
      "ValueError: a\n\ngunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>\nSystemExit: 3\n";
    expect(errorsIn(log).map(({ head }) => head)).toEqual(['ValueError: a']);
    expect(errorsIn('SystemExit: 3\n').map(({ head }) => head)).toEqual(['SystemExit: 3']);
  });

  test('a chain of exceptions has both, each with its own place', () => {
    const chain = [
      'Traceback (most recent call last):',
      '  File "/app/a.py", line 1, in a',
      '    one()',
      'asyncpg.exceptions.InvalidPasswordError: no',
      '',
      'The above exception was the direct cause of the following exception:',
      '',
      'Traceback (most recent call last):',
      '  File "/app/b.py", line 2, in b',
      '    two()',
      'app.errors.Unreachable: database',
    ].join('\n');
    expect(errorsIn(chain).map(({ head, place }) => [head, place?.file])).toEqual([
      ['asyncpg.exceptions.InvalidPasswordError: no', '/app/a.py'],
      ['app.errors.Unreachable: database', '/app/b.py'],
    ]);
  });
});

test('the lines of a message stay together', () => {
  const log = [
    'pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings',
    'extra_key',
    "  Extra inputs are not permitted [type=extra_forbidden, input_value='1', input_type=str]",
    '    For further information visit https://errors.invalid/extra',
    'INFO:     Application startup failed',
  ].join('\n');
  const [error] = errorsIn(log);
  expect(error?.text).toContain('Extra inputs are not permitted');
  expect(error?.text).not.toContain('startup failed');
});

test('warnings, what a server says itself, a group of exceptions, pytest and Node', () => {
  const heads = (log: string) => errorsIn(log).map(({ head }) => head);
  expect(
    heads(
      "/app/main.py:12: RuntimeWarning: coroutine 'AsyncSession.commit' was never awaited\n  session.commit()",
    ),
  ).toEqual(["RuntimeWarning: coroutine 'AsyncSession.commit' was never awaited"]);
  expect(heads('ERROR:    Error loading ASGI app. Could not import module "main".')).toEqual([
    'Error loading ASGI app. Could not import module "main".',
  ]);
  expect(
    heads(
      '  + Exception Group Traceback (most recent call last):\n  |   File "/app/a.py", line 1, in a\n  | ExceptionGroup: one (1 sub-exception)\n  +-+---------------- 1 ----------------\n    | ValueError: inner\n    +------------------------------------',
    ),
  ).toEqual(['ExceptionGroup: one (1 sub-exception)', 'ValueError: inner']);
  expect(
    heads(
      "    def test_a():\n>       run()\nE       sqlalchemy.exc.ArgumentError: Textual SQL expression 'x'\ntest_a.py:3: ArgumentError",
    ),
  ).toEqual(["sqlalchemy.exc.ArgumentError: Textual SQL expression 'x'"]);
  const node =
    'MongoParseError: option usenewurlparser is not supported\n    at parseOptions (/app/node_modules/mongodb/lib/connection_string.js:290:15)\n    at connect (/app/src/db.js:7:12)\n    at node:internal/main:1:2\n';
  expect(errorsIn(node)).toMatchObject([
    {
      head: 'MongoParseError: option usenewurlparser is not supported',
      place: { file: '/app/src/db.js', line: 7 },
    },
  ]);
});

test('a log of a million lines is read in seconds, and what is no error is none', () => {
  const noise = Array.from(
    { length: 200_000 },
    (_, at) => `api-1  | INFO:     127.0.0.1:${at} - "GET /items HTTP/1.1" 200 OK`,
  ).join('\n');
  const began = Date.now();
  expect(errorsIn(`${noise}\n${TRACE.join('\n')}`)).toHaveLength(1);
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(errorsIn('INFO:     Application startup complete.\nno Error: in the middle of a line\n')).toEqual(
    [],
  );
});
