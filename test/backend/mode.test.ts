import { beforeAll, expect, test } from 'vitest';
import { asyncNames } from '../../src/backend/mode.ts';
import { PythonModules } from '../../src/languages/python/modules.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import { memoryWorkspace } from '../memory-workspace.ts';

beforeAll(loadPython);

test('a line of number signs behind a dot does not take for ever', () => {
  const text = `# The end.\n${'#'.repeat(5000)}\nasync def main(): ...\n`;
  const document = new PythonModules(memoryWorkspace({ 'main.py': text })).document('main.py');
  const start = Date.now();
  expect(document && asyncNames(document)).toEqual([]);
  expect(Date.now() - start).toBeLessThan(5000);
});

test('a comment may stand between the dot and the name', () => {
  const text = `import sqlalchemy.ext.asyncio as a\nengine = (a.  # the engine\n    create_async_engine("x"))\n`;
  const document = new PythonModules(memoryWorkspace({ 'main.py': text })).document('main.py');
  expect(document && asyncNames(document)).toEqual(['create_async_engine']);
});
