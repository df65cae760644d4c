import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, expectedScopes } from '../../../scripts/model/scopes.ts';
import { loadPython } from '../../../src/languages/python/tree.ts';

/** CPython's own standard library, wherever the Python of this machine has it. */
const found = spawnSync('python3', ['-c', 'import os; print(os.path.dirname(os.__file__))'], {
  encoding: 'utf8',
});
const library = found.status === 0 ? found.stdout.trim() : undefined;

beforeAll(loadPython);

describe.runIf(library)('scopes', () => {
  it('bind the names that CPython says, on the standard library', () => {
    const wrong: string[] = [];
    let files = 0;
    for (const [path, scopes] of Object.entries(expectedScopes(libraryFiles()))) {
      files++;
      wrong.push(...differences(path, scopes));
    }
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(files).toBeGreaterThan(150);
  }, 120_000);

  it('bind what a method calls nonlocal in the function around its class, wherever that binds it', () => {
    const method =
      '    class A:\n        def f(self):\n            nonlocal n, later\n            n = later = 1\n';
    const { scopes, different } = compared(`def outer():\n    n = 0\n${method}    later = 0\n    return A\n`);
    expect(different).toEqual([]);
    expect(scopes).toBeGreaterThan(3);
  });

  it('bind a name as Python compares it, and none where parentheses are annotated', () => {
    const { scopes, different } = compared(
      'def f():\n    ｗｉｄｔｈ = 1\n    global 𝔘𝔫𝔦\n    𝔘𝔫𝔦 = width\n\ndef g():\n    (none): int\n    (some): int = 1\n',
    );
    expect(different).toEqual([]);
    expect(scopes).toBe(3);
  });

  it('see a difference', () => {
    const [[path, scopes] = ['', []]] = Object.entries(expectedOf('def f():\n    a = 1\n'));
    const other = scopes.map((scope) => ({ ...scope, bound: [...scope.bound, 'b'] }));
    expect(differences(path, other).map((each) => each.replace(path, 'file'))).toEqual([
      'file module: missing b; extra ',
      'file function f 1: missing b; extra ',
    ]);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'scopes-'));
afterAll(() => rmSync(folder, { recursive: true }));

function expectedOf(text: string): ReturnType<typeof expectedScopes> {
  writeFileSync(join(folder, 'sample.py'), text);
  return expectedScopes([join(folder, 'sample.py')]);
}

function compared(text: string): { scopes: number; different: string[] } {
  const [[path, scopes] = ['', []]] = Object.entries(expectedOf(text));
  return { scopes: scopes.length, different: differences(path, scopes) };
}

function libraryFiles(): string[] {
  const folder = library ?? '';
  const nested = ['asyncio', 'json', 'email', 'unittest', 'concurrent/futures', 'importlib'];
  const below = (name: string) => readdirSync(join(folder, name)).map((file) => join(folder, name, file));
  return ['', ...nested].flatMap(below).filter((path) => path.endsWith('.py'));
}
