import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verify } from '../../src/stages/verify.ts';
import { factsOf, replaced, SOUND, tried, writeAll } from '../verify/tiny.ts';

const LONG = 240_000;
const BROKEN_IMPORT = replaced('app/database.py', 'import AsyncSession', 'import AsyncEngine, AsyncSession');

function processesWith(word: string): string[] {
  const listed = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return listed.filter((line) => line.includes(word) && !line.includes(' -eo '));
}

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`fix-backend-verify-${process.pid}-`));
}

describe('a repaired backend', () => {
  test('fails before, passes after, and the repair that explains it is named', {
    timeout: LONG,
  }, async () => {
    const repairs = [
      { key: 'other', fixes: [/no such thing/] },
      { key: 'async-engine:app/database.py', fixes: [/cannot import name 'AsyncEngine'/] },
    ];
    const { verdict, check, said } = await tried(BROKEN_IMPORT, {}, { repairs });
    expect(verdict.checks.filter((one) => one.after.status !== 'pass')).toEqual([]);
    expect(verdict.result).toBe('fixed');
    expect(verdict.baseline?.error).toContain("ImportError: cannot import name 'AsyncEngine'");
    expect(verdict.baseline?.explainedBy).toBe('async-engine:app/database.py');
    expect(check('server').before.status).toBe('fail');
    expect(check('imports').before.evidence).toContain('app/database.py');
    expect(check('health').after.evidence).toBe('/health 200 {"status":"healthy"}');
    expect(check('database-log').after.evidence).toContain('Database initialized successfully');
    expect(check('tables').after.evidence).toContain('thing');
    expect(check('session').after.evidence).toContain('app.database.get_session');
    expect(check('routes').after.evidence).toContain('GET /things/{thing_id} 404');
    expect(verdict.environment).toMatchObject({ boxed: true, command: 'uvicorn app.main:app --port 8123' });
    expect(verdict.environment.database).toContain('PostgreSQL');
    expect(verdict.environment.packages).toHaveProperty('asyncpg');
    expect(said.some((text) => text.startsWith('before: '))).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  test('each defect fails its own check before, and passes it after', { timeout: LONG }, async () => {
    const main = SOUND['app/main.py'] ?? '';
    const before = {
      'app/main.py': main
        .replace('    await close_db()\n', '')
        .replace('allow_origins=["http://localhost:3000"]', 'allow_origins="http://localhost:3000"')
        .replace('uvicorn.run("app.main:app"', 'uvicorn.run("main:application"')
        .replace('return {"status": "healthy"}', 'raise RuntimeError("no pulse")'),
      'app/orphan.py':
        'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/o")\ndef o(): ...\n',
      'app/ring_a.py': 'from .ring_b import b\na = 1\n',
      'app/ring_b.py': 'from .ring_a import a\nb = 1\n',
      ...replaced('app/database.py', 'async with new_session() as', 'async with new_session as'),
    };
    const { check, verdict } = await tried(before);
    const failed = (id: string) => [check(id).before.status, check(id).after.status];
    for (const id of [
      'lifespan',
      'cors',
      'main-block',
      'health',
      'routers',
      'imports',
      'cycles',
      'session',
      'routes',
    ]) {
      expect([id, ...failed(id)]).toEqual([id, 'fail', 'pass']);
    }
    expect(check('lifespan').before.evidence).toContain('app/database.py:');
    expect(check('routers').before.evidence).toContain(
      'app.orphan.router (app/orphan.py) has 1 route and is not registered',
    );
    expect(check('cycles').before.evidence).toContain('app.ring_');
    for (const id of ['routes', 'health'])
      expect(check(id).before.evidence).toMatch(
        /\/health 500.*: RuntimeError: no pulse \(app\/main\.py:\d+\)/,
      );
    expect(check('cors').before.evidence).toMatch(/^app\/main\.py:\d+: allow_origins is one text/);
    expect(check('cors').before.next).toContain('a list of origins');
    expect(check('cors').after).not.toHaveProperty('next');
    expect(failed('server')).toEqual(['pass', 'pass']);
    expect(verdict.result).toBe('fixed');
  });

  test('tables that the start does not make are missing, and so are columns', { timeout: LONG }, async () => {
    const { check } = await tried(
      replaced('app/main.py', '    await init_db()\n', ''),
      replaced(
        'app/database.py',
        'logging.getLogger',
        'from sqlalchemy import text\n    async with engine.begin() as connection:\n        await connection.execute(text("ALTER TABLE thing DROP COLUMN IF EXISTS name"))\n    logging.getLogger',
      ),
    );
    expect(check('tables').before).toMatchObject({ status: 'fail', evidence: 'thing is missing' });
    expect(check('lifespan').before.evidence).toContain(
      'the start creates no table, though app/database.py:',
    );
    expect(check('tables').after).toMatchObject({
      status: 'fail',
      evidence: 'thing.name is not in the database',
    });
  });
});

describe('a backend that misbehaves', () => {
  test('dies in its start: the reason is kept, without what would steer a terminal', {
    timeout: LONG,
  }, async () => {
    const evil =
      'print("\\x1b]0;owned\\x07\\x1b[2J", flush=True)\n    raise RuntimeError("\\x1b[31mno luck\\x1b[0m")\n';
    const { check, verdict } = await tried({}, replaced('app/main.py', 'await init_db()\n', evil));
    expect(check('server').before.status).toBe('pass');
    expect(check('server').after.status).toBe('fail');
    expect(check('server').after.evidence).toMatch(/^RuntimeError: no luck \(app\/main\.py:\d+\)$/);
    expect(check('restart').after.status).toBe('fail');
    expect(JSON.stringify(verdict)).not.toMatch(/\\u001b|\\u0007/);
    expect(verdict.result).toBe('broken');
  });

  test('never answers, and what it forked is gone', { timeout: LONG }, async () => {
    const word = `7${Math.floor(Math.random() * 1e8)}`;
    const fork = `import subprocess, time\nsubprocess.Popen(["setsid", "sleep", "${word}"])\ntime.sleep(600)\nfrom fastapi import FastAPI`;
    const options = { limits: { start: 3000, import: 3000, probe: 3000 } };
    const { check } = await tried(undefined, replaced('app/main.py', 'from fastapi import FastAPI', fork), {
      options,
    });
    expect(check('server').after.evidence).toContain('it did not answer within 3 s');
    expect(check('imports').after.evidence).toContain('the import did not end within 3 s');
    expect(check('server').before.status).toBe('unknown');
    expect(processesWith(word)).toEqual([]);
  });

  test('cannot reach out of the box, and finds nothing of ours in it', { timeout: LONG }, async () => {
    const spy = `import os, socket
def reaches():
    try:
        socket.create_connection(("192.0.2.1", 80), 2)
        return True
    except OSError:
        return False
@app.get("/spy")
def spy():
    assert not reaches()
    assert os.listdir(os.path.expanduser("~")) == []
    assert "FIX_BACKEND_TEST_SECRET" not in os.environ
    assert not os.path.exists(${JSON.stringify(process.cwd())} + "/package.json")
    assert os.getuid() == 1000 and not os.access("/usr", os.W_OK)
    return {}
@app.get("/health")
`;
    process.env.FIX_BACKEND_TEST_SECRET = 'do not tell';
    const { check } = await tried(undefined, replaced('app/main.py', '@app.get("/health")\n', spy));
    delete process.env.FIX_BACKEND_TEST_SECRET;
    expect(check('server').after.status).toBe('pass');
    expect(check('routes').after.evidence).toContain('/spy 200');
  });
});

describe('what is not here', () => {
  test('an extension of the database: not its fault, and no pass', { timeout: LONG }, async () => {
    const vector = replaced(
      'app/database.py',
      'await connection.run_sync',
      'from sqlalchemy import text\n        await connection.execute(text("CREATE EXTENSION vector"))\n        await connection.run_sync',
    );
    const { check } = await tried(undefined, vector);
    expect(check('server').after).toMatchObject({ status: 'unknown' });
    expect(check('server').after.evidence).toContain('no extension vector');
  });

  test('requirements that cannot be met: the last lines, and nothing passes', { timeout: LONG }, async () => {
    const needs = { 'requirements.txt': 'fastapi==0.1.0\nfastapi==0.2.0\n' };
    const { check, verdict } = await tried(undefined, needs);
    expect(check('install').after.status).toBe('fail');
    expect(check('install').after.evidence).toContain('fastapi');
    expect(check('versions').after.evidence).toMatch(
      /^requirements\.txt cannot be met as a whole: .*fastapi/,
    );
    expect(check('server').after).toMatchObject({ status: 'unknown' });
    expect(verdict.checks.some((one) => one.after.status === 'pass' && one.id !== 'python')).toBe(false);
    expect(verdict.result).toBe('failing');
  });

  test('no such Python', { timeout: LONG }, async () => {
    const { verdict } = await tried(undefined, {}, { options: { python: 'python-that-is-not-there' } });
    expect(verdict.result).toBe('unchecked');
    expect(new Set(verdict.checks.map((one) => one.after.status))).toEqual(new Set(['unknown']));
    expect(verdict.checks[0]?.after.evidence).toContain('python-that-is-not-there is no Python interpreter');
  });

  test('a database of another kind: the imports are checked all the same', { timeout: LONG }, async () => {
    const address = {
      ...factsOf(SOUND).addresses[0],
      dialect: 'mysql',
      place: { file: '.env', start: 0, end: 0 },
    };
    const { check, verdict } = await tried(undefined, {}, { facts: { addresses: [address] } });
    expect(check('imports').after.status).toBe('pass');
    expect(check('tables').after).toMatchObject({ status: 'unknown' });
    expect(check('server').after.evidence).toContain('there is no mysql server here');
    expect(verdict.result).toBe('unchecked');
  });
});

describe('a machine on which no box can be made', () => {
  async function withBrokenBox(options: Parameters<typeof tried>[2]) {
    const folder = mkdtempSync(join(tmpdir(), 'tiny-path-'));
    const { PATH } = process.env;
    writeFileSync(
      join(folder, 'bwrap'),
      '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n',
      { mode: 0o755 },
    );
    process.env.PATH = `${folder}:${PATH}`;
    try {
      return await tried(undefined, {}, options);
    } finally {
      process.env.PATH = PATH;
      rmSync(folder, { recursive: true });
    }
  }

  test("runs nothing of a stranger's, and says what to type", { timeout: LONG }, async () => {
    const { verdict, check } = await withBrokenBox({});
    expect(verdict.result).toBe('unchecked');
    expect(check('python').after.status).toBe('pass');
    expect(check('install').after.status).toBe('unknown');
    expect(check('server').after.evidence).toContain('No permissions to create new namespace');
    expect(check('server').after.evidence).toContain('--no-sandbox');
  });

  test('runs our own demo all the same', { timeout: LONG }, async () => {
    const { verdict } = await withBrokenBox({ options: { trusted: true } });
    expect(verdict.result).toBe('fixed');
    expect(verdict.environment.boxed).toBe(false);
  });
});

describe('without a box', () => {
  test('the copy uses our PostgreSQL on a free port, whatever its address says', {
    timeout: LONG,
  }, async () => {
    const { check, verdict } = await tried(undefined, {}, { options: { sandbox: false } });
    expect(verdict.checks.filter((one) => one.after.status !== 'pass')).toEqual([]);
    expect(verdict.environment.boxed).toBe(false);
    expect(check('tables').after.status).toBe('pass');
    expect(leftovers()).toEqual([]);
  });
});

describe('SQLite', () => {
  test("starts on a fresh file; the developer's own stays as it is", { timeout: LONG }, async () => {
    const root = mkdtempSync(join(tmpdir(), 'tiny-sqlite-'));
    const files = {
      ...SOUND,
      '.env': 'DATABASE_URL=sqlite+aiosqlite:///./dev.db\n',
      'dev.db': 'not a database',
    };
    writeAll(root, files);
    const place = { file: '.env', start: 0, end: 0 };
    const backend = factsOf(files, {
      addresses: [{ dialect: 'sqlite', driver: 'aiosqlite', database: './dev.db', place }],
    });
    const verdict = await verify({ absoluteRoot: root, backend, options: { sandbox: true } }, () => {});
    const kept = readFileSync(join(root, 'dev.db'), 'utf8');
    rmSync(root, { recursive: true });
    expect(verdict.checks.filter((one) => one.after.status !== 'pass')).toEqual([]);
    expect(kept).toBe('not a database');
  });
});

describe('an end in the middle', () => {
  /** A verification in a process of its own, whose backend sleeps; resolves once the box runs it. */
  async function sleeping(word: string, folder: string) {
    const files = {
      ...SOUND,
      ...replaced(
        'app/main.py',
        'from fastapi import FastAPI',
        `import os\nos.system("sleep ${word}")\nfrom fastapi import FastAPI`,
      ),
    };
    writeAll(join(folder, 'project'), files);
    const input = {
      absoluteRoot: join(folder, 'project'),
      backend: factsOf(files),
      options: { sandbox: true },
    };
    writeFileSync(join(folder, 'input.json'), JSON.stringify(input));
    const program = join(folder, 'program.mts');
    const stage = join(import.meta.dirname, '../../src/stages/verify.ts');
    writeFileSync(
      program,
      `import { readFileSync } from 'node:fs';\nimport { verify } from ${JSON.stringify(stage)};\nawait verify(JSON.parse(readFileSync(${JSON.stringify(join(folder, 'input.json'))}, 'utf8')), () => {});\n`,
    );
    const child = spawn(process.execPath, ['--import', 'tsx', program], {
      stdio: 'ignore',
      cwd: join(import.meta.dirname, '../..'),
    });
    const ended = new Promise<string | number | null>((resolve) =>
      child.on('exit', (code, signal) => resolve(signal ?? code)),
    );
    await expect.poll(() => processesWith(`sleep ${word}`).length, { timeout: 120_000 }).toBeGreaterThan(0);
    return { child, ended };
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    '%s leaves no process',
    { timeout: LONG },
    async (signal) => {
      const folder = mkdtempSync(join(tmpdir(), 'tiny-end-'));
      const word = `6${Math.floor(Math.random() * 1e8)}`;
      const { child, ended } = await sleeping(word, folder);
      child.kill(signal);
      expect(await ended).toBe(signal);
      await expect.poll(() => processesWith(`sleep ${word}`), { timeout: 20_000 }).toEqual([]);
      const left = readdirSync(tmpdir()).filter((name) =>
        name.startsWith(`fix-backend-verify-${child.pid}-`),
      );
      expect(left).toHaveLength(signal === 'SIGKILL' ? 1 : 0);
      for (const name of left) rmSync(join(tmpdir(), name), { recursive: true });
      rmSync(folder, { recursive: true });
    },
  );

  test('an abort ends it soon, with nothing passed', { timeout: LONG }, async () => {
    const controller = new AbortController();
    const slow = replaced(
      'app/main.py',
      'from fastapi import FastAPI',
      'import time\ntime.sleep(600)\nfrom fastapi import FastAPI',
    );
    const under = tried(undefined, slow, { options: { signal: controller.signal } });
    setTimeout(() => controller.abort(), 4000);
    const { check } = await under;
    expect(check('server').after.status).toBe('unknown');
    expect(leftovers()).toEqual([]);
  });
});
