import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadTransform, loadTransforms, transformIds } from '../src/load-transforms.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fix-backend-transforms-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const OBJECT = "{ title: 'T', detect: () => [] }";

test('the folder is the registry: each folder with a transform, by its path', () => {
  write('python/b/transform.js', `export default ${OBJECT}`);
  write('python/a/transform.ts', `export default ${OBJECT}`);
  write('settings/c/transform.js', `export default ${OBJECT}`);
  write('python/not-one/samples.md', '');
  write('python/shared.ts', '');
  write('ruby/x/transform.js', `export default ${OBJECT}`);
  expect(transformIds(folder)).toEqual(['python/a', 'python/b', 'settings/c']);
});

test('the default export of a JavaScript transform is for jscodeshift; its description has a name', async () => {
  write('javascript/x/transform.js', `export const transform = ${OBJECT}; export default () => 'source';`);
  const loaded = await loadTransform('javascript/x', folder);
  expect(loaded).toMatchObject({ id: 'javascript/x', language: 'javascript', transform: { title: 'T' } });
});

test('only the languages that are asked for are imported', async () => {
  write('python/a/transform.js', `export default ${OBJECT}`);
  write('javascript/x/transform.js', 'throw new Error("was imported")');
  expect((await loadTransforms(['python', 'settings'], folder)).map(({ id }) => id)).toEqual(['python/a']);
});

test('a module that exports none is named', async () => {
  write('python/a/transform.js', 'export default {}');
  await expect(loadTransform('python/a', folder)).rejects.toThrow('python/a exports no transform');
  await expect(loadTransform('python/b', folder)).rejects.toThrow('There is no transform python/b');
});
