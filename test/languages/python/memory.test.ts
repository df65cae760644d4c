import { beforeAll, expect, test, vi } from 'vitest';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { PythonModules } from '../../../src/languages/python/modules.ts';
import { loadPython } from '../../../src/languages/python/tree.ts';
import { memoryWorkspace } from '../../memory-workspace.ts';

/** What this test needs of a global that ES2023 has no types for. */
declare const WebAssembly: { Memory: { prototype: { grow(pages: number): number } } };

beforeAll(loadPython);

const FILES = 40;
const LINES = 'total = total + compute(first, second)["amount"]\n'.repeat(500);

function documents(): PythonDocument[] {
  const texts = Array.from({ length: FILES }, (_, at) => [`a${at}.py`, `# ${at}\n${LINES}`] as const);
  const workspace = memoryWorkspace(Object.fromEntries(texts));
  const modules = new PythonModules(workspace);
  return workspace.files().flatMap((path) => modules.document(path) ?? []);
}

/** Pages by which the parser's memory grows when all the documents are looked at. */
function grown(look: (document: PythonDocument) => unknown): number {
  const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow');
  for (const document of documents()) look(document);
  const pages = grow.mock.calls.reduce((sum, [delta]) => sum + delta, 0);
  grow.mockRestore();
  return pages;
}

test('to learn that files parse, no tree of them is kept: the parser has 2 GB for all of them', () => {
  expect(grown(({ problem }) => problem)).toBe(0);
  expect(grown(({ root }) => root)).toBeGreaterThan(0);
});

test('what is wrong is the same whether the tree is there or not', () => {
  const modules = new PythonModules(memoryWorkspace({ 'bad.py': 'x = 1\ndef f(:\n    pass\n' }));
  const other = new PythonModules(memoryWorkspace({ 'bad.py': 'x = 1\ndef f(:\n    pass\n' }));
  const read = other.document('bad.py');
  expect(read?.root.hasError).toBe(true);
  expect(modules.document('bad.py')?.problem).toEqual(read?.problem);
  expect(read?.problem).toMatchObject({ line: 2, column: 7 });
});
