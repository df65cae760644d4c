import { describe, expect, it } from 'vitest';
import { isBuilt } from '../../../src/languages/javascript/built.ts';
import { memoryWorkspace } from '../../memory-workspace.ts';

describe('a file that a compiler wrote', () => {
  it.each([
    ['names its map on its last line', "'use strict';\n//# sourceMappingURL=bundle.js.map\n", true],
    ['carries its map', 'f();\n//# sourceMappingURL=data:application/json;base64,e30=', true],
    ['speaks of one in a string', "const line = '//# sourceMappingURL=';\n", false],
    ['names one somewhere else', '//# sourceMappingURL=a.map\nf();\n', false],
    ['is empty', '', false],
  ])('%s', (_, text, expected) => {
    expect(isBuilt(memoryWorkspace({ 'dist/bundle.js': text }), 'dist/bundle.js')).toBe(expected);
  });

  it('is no source of TypeScript', () => {
    const files = { 'src/a.ts': 'f();\n//# sourceMappingURL=a.map\n' };
    expect(isBuilt(memoryWorkspace(files), 'src/a.ts')).toBe(false);
  });
});
