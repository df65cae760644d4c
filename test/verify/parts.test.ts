import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Check, Outcome } from '../../src/types.ts';
import { boxCommand } from '../../src/verify/box.ts';
import { Store } from '../../src/verify/cache.ts';
import { adviceOn } from '../../src/verify/causes.ts';
import { saidInLog } from '../../src/verify/checks/seen.ts';
import { CHECKS } from '../../src/verify/checks/table.ts';
import { planDatabase } from '../../src/verify/database-plan.ts';
import { insideFolder } from '../../src/verify/inside.ts';
import { databaseLine, lastError, suspiciousLine, unreached } from '../../src/verify/log.ts';
import { Collector } from '../../src/verify/observations.ts';
import { plain } from '../../src/verify/process.ts';
import { findPython } from '../../src/verify/python.ts';
import { requiredValues } from '../../src/verify/settings.ts';
import { cleanEnvironment, installEnvironment } from '../../src/verify/surroundings.ts';
import { copyTree, layOver } from '../../src/verify/tree.ts';
import { baselineOf, resultOf } from '../../src/verify/verdict.ts';
import { factsOf, writeAll } from './tiny.ts';

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'parts-'));
  const gone = () => rmSync(folder, { recursive: true });
  const result = work(folder);
  if (result instanceof Promise) return result.finally(gone) as T;
  gone();
  return result;
}

describe('the table of checks', () => {
  test('each row of the seed that is a verification has exactly one line', () => {
    const between = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
    const rows = [1, 4, 6, 7, 14, ...between(25, 45), 49, 50].map(
      (row) => `T${String(row).padStart(3, '0')}`,
    );
    expect(CHECKS.flatMap((line) => line.tasks).sort()).toEqual(rows);
    expect(new Set(CHECKS.map((line) => line.id)).size).toBe(CHECKS.length);
  });
});

describe('the result', () => {
  const outcome = (status: Outcome['status']): Outcome => ({ status, evidence: '' });
  const check = (before: Outcome['status'], after: Outcome['status']): Check => ({
    id: 'server',
    title: '',
    tasks: [],
    before: outcome(before),
    after: outcome(after),
    ...(before === 'pass' && after === 'fail' ? { newlyFailing: ['it'] } : {}),
  });

  test('what newly fails weighs more than what still fails, and that more than what is unknown', () => {
    expect(resultOf([check('fail', 'pass'), check('unknown', 'pass')])).toBe('fixed');
    expect(resultOf([check('fail', 'pass'), check('fail', 'unknown')])).toBe('unchecked');
    expect(resultOf([check('fail', 'fail'), check('pass', 'unknown')])).toBe('failing');
    expect(resultOf([check('fail', 'fail'), check('pass', 'fail')])).toBe('broken');
    expect(resultOf([check('unknown', 'fail')])).toBe('failing');
  });

  test('the first repair that explains the error is named, also from deeper in the log', () => {
    const failed = {
      ...check('fail', 'pass'),
      before: { status: 'fail' as const, evidence: 'E2', log: 'E1\nE2' },
    };
    const repairs = [
      { key: 'a', fixes: [/E0/] },
      { key: 'b', fixes: [/E1/g] },
      { key: 'c', fixes: [/E2/] },
    ];
    expect(baselineOf([failed], repairs)).toEqual({ error: 'E2', explainedBy: 'b' });
    expect(baselineOf([failed], [])).toEqual({ error: 'E2' });
    expect(baselineOf([check('pass', 'pass')], repairs)).toBeUndefined();
  });
});

describe('logs', () => {
  test('the last exception is the error, not the line after it', () => {
    const log =
      'Traceback (most recent call last):\n  File "a.py", line 1\nImportError: first\n\nImportError: cannot import name\nWARNING: stopping\n';
    expect(lastError(log)).toBe('ImportError: cannot import name');
    expect(
      lastError(
        'socket.gaierror: [Errno -2] Name or service not known\nApplication startup failed. Exiting.',
      ),
    ).toContain('gaierror');
    expect(lastError('')).toBe('nothing was logged');
  });

  test('an error that only counts what is invalid is told with the first of it', () => {
    const fastapi =
      "fastapi.exceptions.ResponseValidationError: 2 validation errors:\n  {'type': 'get_attribute_error', 'loc': ('response', 0, 'books'), 'msg': \"Error extracting attribute: MissingGreenlet: can't call await_()\", 'input': 1}\n";
    expect(lastError(fastapi)).toBe(
      "fastapi.exceptions.ResponseValidationError: 2 validation errors: response.0.books: Error extracting attribute: MissingGreenlet: can't call await_()",
    );
    const pydantic =
      'pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\nport\n  Input should be a valid integer [type=int_type, input_value=None]\n';
    expect(lastError(pydantic)).toBe(
      'pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings port: Input should be a valid integer',
    );
    expect(
      lastError(
        'pydantic.ValidationError: 1 validation error for A\n  Input should be an object [type=model_type, x]\n',
      ),
    ).toBe('pydantic.ValidationError: 1 validation error for A Input should be an object');
    expect(lastError('  | ValueError: in a group\n  +------\n')).toBe('ValueError: in a group');
  });

  test('a known error says what to do about it, another one nothing', () => {
    expect(adviceOn('GET /a 500: sqlalchemy.exc.MissingGreenlet: greenlet_spawn')).toContain('selectinload');
    expect(adviceOn("TypeError: can't compare offset-naive and offset-aware datetimes")).toContain('Compare');
    expect(adviceOn('(psycopg2.errors.UndefinedTable) relation "a" does not exist')).toContain('migration');
    expect(adviceOn('ValueError: no such thing')).toBeUndefined();
  });

  test('the place is the last of the backend in a traceback, not that of a package', () => {
    const seen = { facts: factsOf({}), plan: planDatabase(factsOf({}), false), copies: ['/copy', '/tree'] };
    const log =
      '  File "/tree/app/main.py", line 9, in f\n  File "/tree/app/db.py", line 3, in g\n  File "/lib/x.py", line 1\nValueError: no\n';
    expect(saidInLog(seen, log)).toBe('ValueError: no (app/db.py:3)');
    expect(saidInLog(seen, '  File "/treehouse/a.py", line 1\nValueError: no\n')).toBe('ValueError: no');
  });

  test('the line about the database, from the start only and without echoed SQL', () => {
    const log =
      'INFO sqlalchemy.engine.Engine CREATE TABLE tables created\nINFO:app:Connecting to database\nINFO:app:Database initialized successfully\nINFO: Application startup complete.\nERROR: database failed later\n';
    expect(databaseLine(log)).toEqual({ line: 'INFO:app:Database initialized successfully', failed: false });
    expect(databaseLine('INFO: Database ready\nERROR:app:Database initialization failed: no')?.failed).toBe(
      true,
    );
    expect(databaseLine('INFO: Started\nINFO: Waiting')).toBeUndefined();
  });

  test('what a sound log never says', () => {
    expect(suspiciousLine("a\nRuntimeWarning: coroutine 'x' was never awaited\nb")).toContain(
      'never awaited',
    );
    expect(suspiciousLine('INFO: Application startup complete.')).toBeUndefined();
    expect(suspiciousLine('a.py:3: SAWarning: SELECT statement has a cartesian product')).toContain(
      'cartesian',
    );
    expect(
      suspiciousLine('Task exception was never retrieved\nfuture: <Task finished exception=KeyError(1)>'),
    ).toBe('Task exception was never retrieved: KeyError(1)');
    expect(
      suspiciousLine('  File "x.py", line 1, in f\n    raise exc.MissingGreenlet(\nx.MissingGreenlet: no'),
    ).toBe('x.MissingGreenlet: no');
  });

  test("another service that cannot be reached; the database's own port does not count", () => {
    const refused = 'redis: Error 111 connecting to localhost:6379. Connection refused.';
    expect(unreached(refused, [5432])).toEqual({ host: 'localhost', port: 6379 });
    const own = "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5432)";
    expect(unreached(own, [5433, 5432])).toBeUndefined();
    expect(unreached('socket.gaierror: [Errno -2] Name or service not known', [5432])).toEqual({});
    expect(unreached('ImportError: cannot import name', [5432])).toBeUndefined();
  });

  test('nothing that steers a terminal is left', () => {
    expect(plain('\x1b[31mred\x1b[0m \x1b]0;title\x07\x9b2J\tok\n')).toBe('red 2J\tok\n');
  });
});

describe('addresses', () => {
  test('only the roles, databases and hosts that are named', () => {
    expect(planDatabase(factsOf({}), false)).toMatchObject({
      kind: 'postgresql',
      port: 5433,
      roles: ['tiny'],
      databases: [{ name: 'tiny_db', owner: 'tiny' }],
      hosts: ['db.internal'],
    });
    expect(planDatabase(factsOf({}, { addresses: [] }), false).kind).toBe('none');
    expect(planDatabase(factsOf({}, { addresses: [] }), true)).toMatchObject({
      kind: 'postgresql',
      roles: ['app'],
    });
  });
});

describe('settings without a default', () => {
  test('from the example file, else by name and type; what .env gives is left', () =>
    inFolder((root) => {
      writeAll(root, { '.env': 'GIVEN=1\n', '.env.example': 'TOKEN=from-the-example\n' });
      const required = [
        'GIVEN',
        'TOKEN',
        'DATABASE_URL',
        'POSTGRES_PORT',
        'POSTGRES_DB',
        'DEBUG',
        'ORIGINS',
        'SECRET_KEY',
      ];
      const types: Record<string, string> = { DEBUG: 'bool', ORIGINS: 'list[str]' };
      const facts = factsOf(
        {},
        {
          settingsFiles: ['.env', '.env.example'],
          requiredSettings: required.map((name) => ({ name, type: types[name] ?? 'str' })),
        },
      );
      const values = requiredValues(facts, root, { asyncpg: '1' }, 5432);
      expect(values).toMatchObject({
        TOKEN: 'from-the-example',
        DATABASE_URL: 'postgresql+asyncpg://app:app@localhost:5432/app',
        POSTGRES_PORT: '5432',
        POSTGRES_DB: 'app',
        DEBUG: 'false',
        ORIGINS: '[]',
      });
      expect(values).not.toHaveProperty('GIVEN');
      expect((values.SECRET_KEY ?? '').length).toBeGreaterThan(32);
      const sync = requiredValues({ ...facts, mode: 'sync' }, root, { 'psycopg2-binary': '2' }, 5432);
      expect(sync.DATABASE_URL).toBe('postgresql+psycopg2://app:app@localhost:5432/app');
    }));
});

describe('the copy', () => {
  test('leaves out what leads outside and what is made anew, and lays the untouched bytes over it', () =>
    inFolder(async (root) => {
      writeAll(join(root, 'p'), {
        'a.py': 'new',
        'made.py': 'x',
        'dev.db': 'd',
        '.venv/x': '',
        'env/code.py': '1',
        'env2/pyvenv.cfg': '',
      });
      mkdirSync(join(root, 'p/sub'));
      symlinkSync('../a.py', join(root, 'p/sub/link'));
      symlinkSync('../../outside', join(root, 'p/sub/out'));
      symlinkSync('/etc/passwd', join(root, 'p/sub/abs'));
      const copy = join(root, 'copy');
      await copyTree(join(root, 'p'), copy, new Set(['dev.db']));
      await layOver(
        copy,
        new Map([
          ['a.py', Buffer.from('old')],
          ['made.py', null],
          ['gone/b.py', Buffer.from('b')],
        ]),
      );
      const there = async (path: string) => readFile(join(copy, path), 'utf8').catch(() => undefined);
      expect(await there('a.py')).toBe('old');
      expect(await there('sub/link')).toBe('old');
      expect(await there('gone/b.py')).toBe('b');
      expect(await there('env/code.py')).toBe('1');
      for (const path of ['made.py', 'dev.db', '.venv/x', 'sub/out', 'sub/abs'])
        expect(await there(path)).toBeUndefined();
      expect(readFileSync(join(root, 'p/a.py'), 'utf8')).toBe('new');
      await expect(layOver(copy, new Map([['../x', null]]))).rejects.toThrow('outside');
    }));
});

describe('the cache', () => {
  test('the last of two that make the same thing stays, whole; what nothing points to is swept', () =>
    inFolder(async (root) => {
      const store = new Store<{ absoluteFolder: string; by: number }>(root);
      await Promise.all(
        [1, 2, 3].map(async (by) => {
          const absoluteFolder = `${await store.place('k')}${by}`;
          mkdirSync(absoluteFolder);
          await store.publish('k', { absoluteFolder, by });
        }),
      );
      const found = await store.find('k', 1);
      expect(found?.absoluteFolder.endsWith(String(found.by))).toBe(true);
      expect(await store.find('k', 0)).toBeUndefined();
      rmSync(found?.absoluteFolder ?? '', { recursive: true });
      expect(await store.find('k', 1)).toBeUndefined();
    }));
});

describe('the box', () => {
  test('shares no network, clears the environment and dies with us', () =>
    inFolder((root) => {
      const plan = {
        bwrap: 'bwrap',
        readOnly: ['/opt/x'],
        writable: [],
        env: { A: '1' },
        network: false,
        hosts: ['db'],
        absoluteScratch: root,
        cwd: '/',
      };
      const words = boxCommand(plan, ['true']);
      for (const word of ['--unshare-all', '--clearenv', '--die-with-parent', '--new-session'])
        expect(words).toContain(word);
      expect(words).not.toContain('--share-net');
      expect(words.join(' ')).not.toContain(process.env.HOME === '/' ? 'no home' : ` ${process.env.HOME} `);
      expect(readFileSync(join(root, 'etc/hosts'), 'utf8')).toBe('127.0.0.1 localhost db\n');
    }));

  test('no secret of the shell is passed on', () => {
    const env = {
      PATH: '/bin',
      AWS_SECRET_ACCESS_KEY: 's',
      DATABASE_URL: 'd',
      PYTHONPATH: 'x',
      VIRTUAL_ENV: 'v',
      HTTPS_PROXY: 'p',
      GITHUB_TOKEN: 't',
    };
    expect(cleanEnvironment(env)).toEqual({ PATH: '/bin' });
    expect(installEnvironment(env, '/scratch')).toEqual({
      PATH: '/bin',
      HTTPS_PROXY: 'p',
      TMPDIR: '/scratch',
    });
  });
});

describe('Python', () => {
  test('none on the PATH, and one that the manifests do not allow', async () => {
    expect(await findPython(undefined, undefined, '/nowhere')).toEqual({
      reason: 'there is no Python 3.9 or newer on the PATH; name one with --python',
    });
    const found = await findPython(undefined, '>=4', process.env.PATH);
    expect(found).toMatchObject({ reason: expect.stringContaining('that the manifests allow (>=4)') });
  });
});

describe('what the programs inside say', () => {
  test("lines that are no observation are passed over, such as the backend's own", () => {
    const steps: string[] = [];
    const collector = new Collector((text) => steps.push(text));
    for (const line of [
      'hello',
      '{',
      '[]',
      'null',
      '3',
      '{"kind":"step","text":"a"}',
      '{"kind":"health","run":1,"status":200}',
      '{"kind":"__proto__"}',
      '{"kind":"end"}',
    ])
      collector.line(line);
    expect(steps).toEqual(['a']);
    expect(collector.seen.health).toHaveLength(1);
    expect(collector.complete).toBe(true);
  });

  test('their folder is found from the source', () => {
    expect(insideFolder()).toMatch(/src\/verify\/inside$/);
  });
});
