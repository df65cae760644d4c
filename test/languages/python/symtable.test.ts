import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
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
    const folder = mkdtempSync(join(tmpdir(), 'scopes-'));
    const file = join(folder, 'nonlocal.py');
    const method =
      '    class A:\n        def f(self):\n            nonlocal n, later\n            n = later = 1\n';
    writeFileSync(file, `def outer():\n    n = 0\n${method}    later = 0\n    return A\n`);
    const [[path, scopes] = ['', []]] = Object.entries(expectedScopes([file]));
    expect(differences(path, scopes)).toEqual([]);
    expect(scopes.length).toBeGreaterThan(3);
    rmSync(folder, { recursive: true });
  });
});

function libraryFiles(): string[] {
  const folder = library ?? '';
  const nested = ['asyncio', 'json', 'email', 'unittest', 'concurrent/futures', 'importlib'];
  const below = (name: string) => readdirSync(join(folder, name)).map((file) => join(folder, name, file));
  return ['', ...nested].flatMap(below).filter((path) => path.endsWith('.py'));
}
