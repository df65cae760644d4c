import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { BackendFacts } from '../../src/types.ts';
import type { Limits } from '../../src/verify/limits.ts';
import { tried } from './tiny.ts';

const LONG = 120_000;
const MB = 1024 ** 2;
const FILES = ['app/__init__.py', 'app/main.py'];
/** A backend without a database: what is tried here shows without one, and sooner. */
const PLAIN: Partial<BackendFacts> = {
  addresses: [],
  dependencies: [],
  metadata: [],
  modelModules: [],
  files: FILES,
};

const APP = `from contextlib import asynccontextmanager
from fastapi import FastAPI
@asynccontextmanager
async def lifespan(app):
    START
    yield
app = FastAPI(lifespan=lifespan)
@app.get("/health")
async def health():
    return {"status": "healthy"}
`;

/** A backend that does something before all else, and something in its start. */
function backend(first: string, start = 'pass', rest = ''): Record<string, string> {
  return { 'app/main.py': `${first}\n${APP.replace('START', start.replaceAll('\n', '\n    '))}${rest}` };
}

async function booted(files: Record<string, string>, limits: Partial<Limits> = {}, more = FILES) {
  const began = Date.now();
  const facts = { ...PLAIN, files: more };
  const seen = await tried(undefined, files, { facts, options: { level: 'boot', limits } });
  return { ...seen, after: (id: string) => seen.check(id).after, seconds: (Date.now() - began) / 1000 };
}

/** For what never ends by itself. */
const SHORT = { import: 3000, start: 3000, probe: 3000, stop: 2000, answer: 3000 };
/** For what does, however slow the machine. */
const PATIENT = { ...SHORT, import: 30_000, start: 30_000, probe: 30_000 };

describe('a start that does not end', () => {
  test('in an import: told where, waited for once, and nothing else loads it', {
    timeout: LONG,
  }, async () => {
    const files = { ...backend('import time\ntime.sleep(10_000)'), 'app/other.py': 'from . import main\n' };
    const { after, seconds } = await booted(files, { ...SHORT, import: 6000 }, [...FILES, 'app/other.py']);
    expect(after('imports').evidence).toContain(
      'app.main: the import did not end within 6 s (app/main.py:2)',
    );
    expect(after('imports').evidence).toContain('app.other: the import');
    expect(after('server').evidence).toBe('it did not answer within 3 s: it stays at app/main.py:2');
    expect(after('server').next).toContain('move what runs for ever');
    expect(after('target').evidence).toContain('the import did not end within 6 s');
    expect(seconds).toBeLessThan(30);
  });

  test('in the lifespan: the application is described all the same', { timeout: LONG }, async () => {
    const { after } = await booted(backend('import asyncio', 'await asyncio.sleep(10_000)'), {
      ...PATIENT,
      start: 3000,
    });
    expect(after('server').evidence).toContain('it did not answer within 3 s');
    expect(after('application').status).toBe('pass');
  });
});

describe('a server that is none', () => {
  const inServer = 'import os, sys\nserving = os.path.basename(os.path.dirname(sys.argv[0])) == "uvicorn"\n';

  test('puts itself into the background', { timeout: LONG }, async () => {
    const daemon = `${inServer}if serving:\n    if os.fork():\n        os._exit(0)\n    os.setsid()`;
    const { after } = await booted(backend(daemon), PATIENT);
    expect(after('server').status).toBe('fail');
    expect(after('server').evidence).toBe(
      'the command ended with exit code 0 and left a process running, which listens on port 8123',
    );
    expect(after('server').next).toContain('foreground');
  });

  test('ends at once, and says that all is well', { timeout: LONG }, async () => {
    const { after } = await booted(backend('import os\nos._exit(0)'), PATIENT);
    expect(after('imports').evidence).toContain('the import ends the process with exit code 0');
    expect(after('server').evidence).toBe('it ended by itself with exit code 0');
  });

  test('listens on another port', { timeout: LONG }, async () => {
    const { after } = await booted(
      backend('', 'pass', 'import uvicorn\nuvicorn.run(app, port=9321)\n'),
      SHORT,
    );
    expect(after('server').evidence).toBe(
      'it did not answer within 3 s: it stays at app/main.py:13, and listens on port 9321 instead of 8123',
    );
    expect(after('server').next).toContain('__main__');
  });

  test('wants to be typed to', { timeout: LONG }, async () => {
    const { after } = await booted(backend('name = input("your name? ")'), PATIENT);
    expect(after('server').evidence).toBe('EOFError: EOF when reading a line (app/main.py:1)');
    expect(after('server').next).toContain('no terminal');
  });

  test('does not end when asked', { timeout: LONG }, async () => {
    const ignores = 'signal.signal(signal.SIGTERM, signal.SIG_IGN)';
    const { after, seconds } = await booted(backend('import signal', ignores), PATIENT);
    expect(after('server').status).toBe('pass');
    expect(after('lifespan').evidence).toBe('the server did not end when it was asked to (SIGTERM)');
    expect(seconds).toBeLessThan(40);
  });
});

describe('a server that takes all it can get', () => {
  const taken = async (first: string, start: string, limits: Partial<Limits>) => {
    const { after, verdict } = await booted(backend(first, start), { ...PATIENT, ...limits });
    expect(after('limits').status).toBe('fail');
    expect(after('server')).toMatchObject({ status: 'unknown' });
    expect(verdict.result).toBe('failing');
    return after('limits').evidence;
  };

  test('memory', { timeout: LONG }, async () => {
    const eats = 'eaten = []\nwhile True:\n    eaten.append(b"x" * 8_000_000)';
    expect(await taken('', eats, { memory: 500 * MB })).toMatch(
      /^it used more than 500 MB of memory, and was ended \(while: uvicorn app\.main:app/,
    );
  });

  test('memory, as files of the temporary folder', { timeout: LONG }, async () => {
    const fills = 'with open("/tmp/x", "wb") as file:\n    while True:\n        file.write(b"x" * 8_000_000)';
    expect(await taken('', fills, { memory: 500 * MB })).toContain('more than 500 MB of memory');
  });

  test('the disk', { timeout: LONG }, async () => {
    const fills = 'with open("big", "wb") as file:\n    while True:\n        file.write(b"x" * 8_000_000)';
    expect(await taken('', fills, { disk: 100 * MB })).toContain('it wrote more than 100 MB to the disk');
  });

  test('the disk, with a file that has no name any more', { timeout: LONG }, async () => {
    const fills =
      'with tempfile.TemporaryFile(dir=".") as file:\n    while True:\n        file.write(b"x" * 8_000_000)';
    expect(await taken('import tempfile', fills, { disk: 100 * MB })).toContain('it wrote more than 100 MB');
  });

  test('processes that multiply', { timeout: LONG }, async () => {
    const bomb = 'end = time.time() + 10\nwhile time.time() < end:\n    os.fork()';
    expect(await taken('import os, time', bomb, { tasks: 150 })).toContain(
      'it started more than 150 processes and threads',
    );
  });
});

describe('without a box', () => {
  test('memory is bounded all the same, and what went into the background is gone', {
    timeout: LONG,
  }, async () => {
    const word = `7${Math.floor(Math.random() * 1e8)}`;
    const eats = `subprocess.Popen(["setsid", "sleep", "${word}"])\neaten = []\nwhile True:\n    eaten.append(b"x" * 8_000_000)`;
    const { check } = await tried(undefined, backend('import subprocess', eats), {
      facts: PLAIN,
      options: { level: 'boot', sandbox: false, limits: { ...PATIENT, memory: 500 * MB } },
    });
    expect(check('limits').after.evidence).toContain('it used more than 500 MB of memory');
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(`sleep ${word}\n`);
  });
});

describe('a server that says too much', () => {
  test('1 GB of log and what would steer a terminal: its beginning and its end are kept', {
    timeout: LONG,
  }, async () => {
    const flood =
      'os.write(1, b"the beginning\\n")\n    for _ in range(1024):\n        os.write(1, b"\\x1b[2J\\x1b]0;owned\\x07" + b"x" * 1048000 + b"\\n")\n    raise RuntimeError("the end")';
    const before = process.memoryUsage().rss;
    const only = 'import os, sys\nserving = "uvicorn" in sys.argv[0]';
    const { after, verdict } = await booted(backend(only, `if serving:\n    ${flood}`), {
      ...SHORT,
      start: 30_000,
    });
    expect(after('server').evidence).toMatch(/^RuntimeError: the end \(app\/main\.py:\d+\)$/);
    expect(after('limits').status).toBe('pass');
    expect(Number(/([\d.]+) MB written/.exec(after('limits').evidence)?.[1])).toBeLessThan(20);
    expect(JSON.stringify(verdict)).not.toMatch(/\\u001b|\\u0007/);
    expect(JSON.stringify(verdict).length).toBeLessThan(400_000);
    expect((process.memoryUsage().rss - before) / MB).toBeLessThan(150);
  });
});

describe('answers', () => {
  const ROUTES = `from starlette.responses import StreamingResponse
import time
async def much():
    for _ in range(1024):
        yield b" " * 1048576
async def little():
    while True:
        yield b" "
        await asyncio.sleep(0.3)
@app.get("/huge")
async def huge():
    return StreamingResponse(much(), media_type="application/json")
@app.get("/drips")
async def drips():
    return StreamingResponse(little(), media_type="application/json")
@app.get("/silent")
async def silent():
    await asyncio.sleep(1000)
class Closes:
    def __init__(self, inner):
        self.inner = inner
    async def __call__(self, scope, receive, send):
        if scope.get("path") == "/closes":
            return receive.__self__.transport.abort()
        await self.inner(scope, receive, send)
@app.get("/closes")
async def closes(): ...
@app.get("/leaks")
async def leaks():
    raise RuntimeError("cannot reach postgresql+asyncpg://tiny:hunter22@db.internal/tiny_db")
app.add_middleware(Closes)
`;

  test('1 GB, one that never ends, none, a closed connection; a password in a traceback is not shown', {
    timeout: LONG,
  }, async () => {
    const { verdict, check } = await tried(undefined, backend('import asyncio', 'pass', ROUTES), {
      facts: PLAIN,
      options: { limits: PATIENT },
    });
    const { evidence, failures = [] } = check('routes').after;
    expect(failures.map((one) => one.subject)).toEqual(['GET /silent', 'GET /closes', 'GET /leaks']);
    expect(failures[0]?.evidence).toContain('no answer within 3 s');
    expect(failures[1]?.evidence).toContain('RemoteDisconnected');
    expect(evidence).toContain('postgresql+asyncpg://tiny:***@db.internal/tiny_db');
    expect(JSON.stringify(verdict)).not.toContain('hunter22');
    expect(check('limits').after.status).toBe('pass');
  });

  test('none at all: after a few the rest is not asked', { timeout: LONG }, async () => {
    const many = Array.from({ length: 12 }, (_, at) => `@app.get("/r${at}")\nasync def r${at}(): ...\n`);
    const blocks =
      '@app.middleware("http")\nasync def block(request, call_next):\n    await asyncio.sleep(1000)\n';
    const files = backend('import asyncio', 'pass', `${many.join('')}${blocks}`);
    const { check } = await tried(undefined, files, { facts: PLAIN, options: { limits: PATIENT } });
    expect(check('health').after.evidence).toContain('/health no answer');
    expect(check('routes').after.failures?.at(-1)?.evidence).toContain('4 requests in a row had no answer');
  });
});
