import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openWorkspace } from '../../src/files/open-workspace.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import { discover } from '../../src/stages/discover.ts';
import { verify } from '../../src/stages/verify.ts';
import type { Verdict } from '../../src/types.ts';
import { packageManagerOf } from '../../src/verify/node/package-manager.ts';
import { writeAll } from './tiny.ts';

const LONG = 240_000;
const SHOP: Record<string, string> = {
  'package.json': JSON.stringify({
    name: 'shop',
    type: 'module',
    scripts: { start: 'node server.js' },
    engines: { node: '>=18' },
    dependencies: { express: '^5.0.0', pg: '^8.16.0', dotenv: '^17.0.0' },
  }),
  '.env': 'DATABASE_URL=postgres://shop:secret@db.internal:5433/shop\n',
  'server.js': `import 'dotenv/config';
import express from 'express';
import pg from 'pg';
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query('CREATE TABLE IF NOT EXISTS items (id serial primary key, name text)');
const app = express();
app.get('/health', (req, res) => res.json({ ok: true }));
app.get('/items', async (req, res) => res.json((await pool.query('SELECT * FROM items')).rows));
app.listen(process.env.PORT || 4000);
`,
};

async function verified(files: Record<string, string>, before?: Record<string, string>): Promise<Verdict> {
  const absoluteRoot = mkdtempSync(join(tmpdir(), 'node-'));
  try {
    writeAll(absoluteRoot, files);
    await loadPython();
    const [backend] = discover(openWorkspace(absoluteRoot).workspace);
    if (!backend) throw new Error('no backend was found');
    const earlier =
      before && new Map(Object.entries(before).map(([name, text]) => [name, Buffer.from(text)]));
    const input = {
      absoluteRoot,
      backend: backend.facts,
      ...(earlier && { before: earlier }),
      options: { sandbox: true, limits: { answer: 3000 } },
    };
    return await verify(input, () => {});
  } finally {
    rmSync(absoluteRoot, { recursive: true, force: true });
  }
}

const of = (verdict: Verdict, id: string) => verdict.checks.find((one) => one.id === id);

describe('a Node backend', () => {
  test('fails before as Node says it, with the place, and works after', { timeout: LONG }, async () => {
    const broken = SHOP['server.js']?.replace('import pg from', 'import { Pol } from') ?? '';
    const verdict = await verified(SHOP, { 'server.js': broken });
    expect(of(verdict, 'server')?.before.evidence).toMatch(/^SyntaxError: .*Pol.* \(server\.js:3\)$/);
    expect(verdict.checks.filter((one) => one.after.status !== 'pass')).toEqual([]);
    expect(of(verdict, 'health')?.after.evidence).toBe('/health 200 {"ok":true}');
    expect(of(verdict, 'routes')?.after.evidence).toContain('GET /items 200');
    expect(verdict.environment).toMatchObject({ boxed: true, installer: 'npm', command: 'npm run start' });
    expect(verdict.result).toBe('fixed');
  });

  test('a client that is never released, a query that fails, an engine that is not allowed', {
    timeout: LONG,
  }, async () => {
    const leak =
      "app.get('/leak', async (q, r) => { const c = await pool.connect(); await c.query('BEGIN'); r.json({}); });\n";
    const server = SHOP['server.js']
      ?.replace('app.listen', `${leak}app.listen`)
      .replace('* FROM items', 'nothing FROM items');
    const files = {
      'package.json': SHOP['package.json']?.replace('>=18', '>=99') ?? '',
      'server.js': server ?? '',
    };
    const verdict = await verified({ ...SHOP, ...files });
    expect(of(verdict, 'node')?.after.evidence).toContain('package.json asks for >=99');
    expect(of(verdict, 'routes')?.after.failures?.map((one) => one.evidence)).toEqual([
      expect.stringMatching(/^GET \/items 500: error: column "nothing" does not exist \(server\.js:8\)$/),
    ]);
    expect(of(verdict, 'connections')?.after.evidence).toMatch(
      /connections? of the server stays? in a transaction/,
    );
  });
});

describe('the package manager', () => {
  const from = (files: Record<string, string>, root = '') => {
    const tree = mkdtempSync(join(tmpdir(), 'manager-'));
    writeAll(tree, files);
    const { name, package: from, absoluteFolder } = packageManagerOf(tree, root);
    rmSync(tree, { recursive: true, force: true });
    return { name, from, at: absoluteFolder.slice(tree.length + 1) };
  };

  test.each([
    [{}, 'npm', undefined],
    [{ 'package-lock.json': '{}' }, 'npm', undefined],
    [{ 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" }, 'pnpm', 'pnpm@10'],
    [{ 'pnpm-lock.yaml': "lockfileVersion: '6.0'\n" }, 'pnpm', 'pnpm@8'],
    [{ 'pnpm-lock.yaml': 'lockfileVersion: 5.4\n' }, 'pnpm', 'pnpm@7'],
    [{ 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn', 'yarn@1'],
    [{ 'yarn.lock': '__metadata:\n  version: 8\n' }, 'yarn', '@yarnpkg/cli-dist@4'],
    [{ 'bun.lock': '{}' }, 'bun', 'bun@latest'],
    [
      {
        'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
        'package.json': '{"packageManager":"pnpm@9.1.0+sha512.0"}',
      },
      'pnpm',
      'pnpm@9.1.0',
    ],
  ])('%j: %s %s', (files, name, wanted) => {
    expect(from(files)).toMatchObject({ name, from: wanted });
  });

  test('the lock file of a workspace lies above its packages', () => {
    const files = { 'yarn.lock': '# yarn lockfile v1\n', 'packages/api/package.json': '{}' };
    expect(from(files, 'packages/api')).toEqual({ name: 'yarn', from: 'yarn@1', at: '' });
  });
});
