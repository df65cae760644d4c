import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { build } from '../../../scripts/build.ts';

const run = promisify(execFile);
const lab = mkdtempSync(join(tmpdir(), 'fix-backend-standalone-'));
const dist = join(lab, 'package', 'dist');
const jscodeshift = createRequire(import.meta.url).resolve('jscodeshift/bin/jscodeshift.js');
const TRANSFORM = 'transforms/javascript/remove-dead-mongoose-options/transform';

const BEFORE =
  "const m = require('mongoose');\r\n\tm.connect(uri, { useNewUrlParser: true, dbName: 'x' })\r\n";
const AFTER = "const m = require('mongoose');\r\n\tm.connect(uri, { dbName: 'x' })\r\n";

let shop: string;

beforeAll(async () => {
  mkdirSync(dirname(dist));
  writeFileSync(join(lab, 'package', 'package.json'), '{ "type": "module", "version": "0.0.0" }');
  await build(dist);
});
beforeEach(() => {
  shop = mkdtempSync(join(lab, 'shop-'));
});
afterAll(() => rmSync(lab, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(shop, path)), { recursive: true });
    writeFileSync(join(shop, path), text);
  }
}

async function shift(transform: string, ...options: string[]): Promise<string> {
  write({ 'db.ts': "import m from 'mongoose';\nm.connect(u as string, { useNewUrlParser: true });\n" });
  const file = join(shop, 'db.ts');
  await run(process.execPath, [
    jscodeshift,
    '-t',
    transform,
    '--run-in-band',
    '--extensions=ts',
    ...options,
    file,
  ]);
  return readFileSync(file, 'utf8');
}

/** Runs the built command; resolves with its output and exit code. */
function fixBackend(...options: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(dist, 'fix-backend.js'), shop, ...options], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), out: stdout + stderr }),
    );
  });
}

describe('jscodeshift by itself', () => {
  const source = fileURLToPath(new URL(`../../../${TRANSFORM}.ts`, import.meta.url));

  test('runs the transform as it stands', async () => {
    expect(await shift(source)).toBe("import m from 'mongoose';\nm.connect(u as string);\n");
  });

  test('is told the installed version by an option', async () => {
    expect(await shift(source, '--mongoose=5.13.2')).toContain('useNewUrlParser');
  });

  test('runs the built one too, which needs no Babel', async () => {
    expect(await shift(join(dist, `${TRANSFORM}.js`), '--no-babel')).toBe(
      "import m from 'mongoose';\nm.connect(u as string);\n",
    );
  });
});

describe('the built command', () => {
  test('repairs a Node backend and leaves the other bytes', async () => {
    write({ 'package.json': '{"dependencies":{"mongoose":"^9"}}', 'src/db.js': BEFORE });
    expect(await fixBackend('--yes', '--verify=none')).toMatchObject({ code: 0 });
    expect(readFileSync(join(shop, 'src/db.js'), 'utf8')).toBe(AFTER);
    expect((await fixBackend('--dry-run')).code).toBe(0);
  });

  test('names a file that it looked at and that does not parse, and repairs the others', async () => {
    write({ 'package.json': '{"dependencies":{"mongoose":"9"}}', 'bad.js': 'mongoose = ;', 'db.js': BEFORE });
    const { code, out } = await fixBackend('--yes', '--verify=none');
    expect(out).toContain('bad.js:1:12');
    expect(code).toBe(1);
    expect(readFileSync(join(shop, 'db.js'), 'utf8')).toBe(AFTER);
  });

  test('has jscodeshift in a chunk that nothing loads where no file has what a transform looks for', async () => {
    const chunks = readdirSync(dist).filter((name) => name.startsWith('libraries-'));
    expect(chunks).toHaveLength(1);
    for (const chunk of chunks) rmSync(join(dist, chunk));
    write({ 'package.json': '{"dependencies":{"pg":"8"}}', 'db.js': "require('pg')" });
    expect((await fixBackend('--dry-run')).code).toBe(0);
    write({ 'package.json': '{"dependencies":{"mongoose":"9"}}', 'db.js': BEFORE });
    expect((await fixBackend('--dry-run')).code).toBe(3);
  });
});

test('the build carries the licences of what it contains', () => {
  expect(existsSync(join(dist, 'LICENSES.txt'))).toBe(true);
  const text = readFileSync(join(dist, 'LICENSES.txt'), 'utf8');
  for (const name of [
    'jscodeshift',
    'recast',
    '@babel/parser',
    'web-tree-sitter',
    'tree-sitter-python',
    'prompts',
  ]) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(\\S+\\)$`, 'm'));
  }
});
