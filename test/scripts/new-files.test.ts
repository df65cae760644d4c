import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newFiles } from '../../scripts/new-files.ts';
import { loadTransforms } from '../../src/load-transforms.ts';
import { readSamples } from '../../src/samples/read-samples.ts';

const IDS = ['javascript/await-it', 'python/await-it', 'settings/await-it'];
const root = fileURLToPath(new URL('../..', import.meta.url));
/** As deep in the project as `transforms/`, since what is written there imports by relative paths. */
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(root, '.new-transforms-'));
  for (const id of IDS) {
    for (const [name, text] of Object.entries(newFiles(id))) {
      mkdirSync(join(folder, id), { recursive: true });
      writeFileSync(join(folder, id, name), text);
    }
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what is made is found as a transform of its language', async () => {
  const loaded = await loadTransforms(undefined, folder);
  expect(loaded.map(({ id }) => id)).toEqual(IDS);
});

test('what is made compiles', () => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const config = join(folder, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ extends: '../tsconfig.json', include: ['**/*.ts'] }));
  const run = () => execFileSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8', stdio: 'pipe' });
  expect(run).not.toThrow();
});

test.each(IDS)('%s: one sample to change and one to leave alone', (id) => {
  const files = newFiles(id);
  if (typeof files === 'string') throw new Error(files);
  const samples = readSamples(basename(id), files['samples.md']);
  expect(samples.map(({ files: all }) => all.map(({ after }) => after !== undefined))).toEqual([
    [true],
    [false],
  ]);
});

test.each(['', 'python', 'ruby/x', 'python/Upper', 'python/../x', 'python/a/b', 'python/-a', 'python/a-'])(
  '"%s" is no id',
  (id) => {
    expect(newFiles(id)).toContain('name it like python/await-engine-dispose');
  },
);
