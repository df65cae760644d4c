import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contents } from './program.ts';

const source = fileURLToPath(new URL('../..', import.meta.url));
const SERVER =
  "const knex = require('knex')({ client: 'pg', connection: { host: '127.0.0.1' } });\nmodule.exports = knex;\n";
const LONG = 120_000;

let folder: string;
/** A backend whose lock file npm has made; the tests work on copies. */
let made: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fix-backend-lock-'));
  made = join(folder, 'made');
  mkdirSync(made);
  writeFileSync(
    join(made, 'package.json'),
    '{\n  "name": "api",\n  "dependencies": { "knex": "^3.1.0" }\n}\n',
  );
  writeFileSync(join(made, 'server.js'), SERVER);
  execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit'], { cwd: made });
}, LONG);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function project(name: string): string {
  const root = join(folder, name);
  cpSync(made, root, { recursive: true });
  return root;
}

function fixBackend(args: string[], env: Record<string, string> = {}): { code: number | null; said: string } {
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const done = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(source, 'bin/fix-backend.ts'), ...args, '--no-input'],
    { cwd: source, encoding: 'utf8', env: { ...process.env, TMPDIR: temporary, ...env } },
  );
  // What it copied the project to is gone; tsx keeps a folder of its own there.
  expect(readdirSync(temporary).filter((one) => !one.startsWith('tsx-'))).toEqual([]);
  return { code: done.status, said: done.stdout + done.stderr };
}

describe('--lock', () => {
  test('npm writes the lock file for the new manifest, and undo takes both back', { timeout: LONG }, () => {
    const root = project('refreshed');
    const before = contents(root);
    const { code, said } = fixBackend([root, '--yes', '--lock', '--verify=none']);
    expect(said).toContain(`$ cd ${root} && npm install --package-lock-only`);
    expect(code).toBe(0);
    const lock = JSON.parse(contents(root)['package-lock.json'] ?? '');
    expect(lock.packages[''].dependencies.pg).toBeDefined();
    expect(lock.packages['node_modules/pg'].version).toMatch(/^8\./);
    expect(existsSync(join(root, 'node_modules'))).toBe(false);
    expect(fixBackend([root, '--yes', '--lock', '--verify=none']).said).toContain('nothing to repair');
    expect(fixBackend(['undo', root]).code).toBe(0);
    expect(contents(root)).toEqual(before);
  });

  test('without it the command is said, and the lock file stays', { timeout: LONG }, () => {
    const root = project('said');
    const before = contents(root);
    const { code, said } = fixBackend([root, '--yes', '--verify=none']);
    expect(code).toBe(0);
    expect(said).toMatch(/^ {2}lock +cd \S+ && npm install --package-lock-only/m);
    expect(contents(root)['package-lock.json']).toBe(before['package-lock.json']);
    expect(contents(root)['package.json']).toContain('"pg"');
  });

  test('a manager that is not there: the repair stays, the lock file too, and it says what to type', {
    timeout: LONG,
  }, () => {
    const root = project('no-npm');
    const before = contents(root);
    const { code, said } = fixBackend([root, '--yes', '--lock', '--verify=none'], { PATH: '/nowhere' });
    expect(code).toBe(1);
    expect(said).toContain('There is no npm on the PATH.');
    expect(said).toContain('package-lock.json was not refreshed.');
    expect(contents(root)['package-lock.json']).toBe(before['package-lock.json']);
    expect(contents(root)['package.json']).toContain('"pg"');
  });

  test('a manager that fails: its last lines', { timeout: LONG }, () => {
    const root = project('fails');
    writeFileSync(join(root, '.npmrc'), 'registry=http://index.invalid/\nfetch-retries=0\n');
    const { code, said } = fixBackend([root, '--yes', '--lock', '--verify=none'], {
      npm_config_registry: 'http://index.invalid/',
      npm_config_cache: join(folder, 'empty-cache'),
      npm_config_fetch_retries: '0',
    });
    expect(code).toBe(1);
    expect(said).toContain('index.invalid');
    expect(said).toContain('package-lock.json was not refreshed.');
  });

  const uv = spawnSync('uv', ['--version']).status === 0;
  test.skipIf(!uv)(
    'what uv compiles is compiled again, in place of the line that the repair adds to it',
    {
      timeout: LONG,
    },
    () => {
      const root = join(folder, 'compiled');
      mkdirSync(root);
      writeFileSync(join(root, 'requirements.in'), 'sqlalchemy[asyncio]>=2.0\n');
      writeFileSync(
        join(root, 'db.py'),
        'from sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine("postgresql+asyncpg://u@h/d")\n',
      );
      execFileSync('uv', ['pip', 'compile', '-q', 'requirements.in', '-o', 'requirements.txt'], {
        cwd: root,
      });
      const before = contents(root);
      const { code, said } = fixBackend([root, '--yes', '--lock', '--verify=none']);
      expect(said).toContain('uv pip compile requirements.in -o requirements.txt');
      expect(code).toBe(0);
      const after = contents(root);
      expect(after['requirements.in']).toMatch(/^asyncpg>=/m);
      expect(after['requirements.txt']).toMatch(/^asyncpg==[\d.]+\n {4}# via -r requirements.in$/m);
      expect(after['requirements.txt']).not.toContain('asyncpg>=');
      expect(fixBackend(['undo', root]).code).toBe(0);
      expect(contents(root)).toEqual(before);
    },
  );
});
