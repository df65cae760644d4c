import { beforeAll, describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/files/source-file.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport, moveImported, removeImported } from '../../../src/languages/python/import-edits.ts';
import { PythonModules } from '../../../src/languages/python/modules.ts';
import { loadPython } from '../../../src/languages/python/tree.ts';
import { memoryWorkspace } from '../../memory-workspace.ts';

beforeAll(loadPython);

function document(text: string): PythonDocument {
  const found = new PythonModules(memoryWorkspace({ 'app/db.py': text, 'app/models.py': '' })).document(
    'app/db.py',
  );
  if (!found) throw new Error('no document');
  return found;
}

function without(text: string, name: string): string {
  const of = document(text);
  const binding = [of.scopes.module, ...of.scopes.byNode.values()].flatMap(
    (scope) => scope.bindings.get(name) ?? [],
  )[0];
  return binding ? applyEdits(text, removeImported(of, binding)) : text;
}

function withImport(text: string, module: string, name: string): string {
  return applyEdits(text, addImport(document(text), { module, name }));
}

function moved(text: string, name: string, module: string): string {
  const of = document(text);
  const binding = [of.scopes.module, ...of.scopes.byNode.values()].flatMap(
    (scope) => scope.bindings.get(name) ?? [],
  )[0];
  return binding ? applyEdits(text, moveImported(of, binding, module, binding.imported ?? name)) : text;
}

describe('removeImported', () => {
  it.each([
    ['the last of a list', 'from a import b, c\n', 'c', 'from a import b\n'],
    ['the first of a list', 'from a import b, c\n', 'b', 'from a import c\n'],
    ['the only one, with its line', 'x = 1\nfrom a import b\ny = 2\n', 'b', 'x = 1\ny = 2\n'],
    [
      'one on a line of its own, with its comment',
      'from a import (\n    b,\n    c,  # why\n    d,\n)\n',
      'c',
      'from a import (\n    b,\n    d,\n)\n',
    ],
    [
      'the last one in parentheses without a comma',
      'from a import (\n    b,\n    c\n)\n',
      'c',
      'from a import (\n    b\n)\n',
    ],
    ['CRLF lines', 'from a import b\r\nfrom c import d\r\n', 'b', 'from c import d\r\n'],
    ['an alias', 'from a import b as x, c\n', 'x', 'from a import c\n'],
    ['the only statement of a block', 'def f():\n    from a import b\n', 'b', 'def f():\n    pass\n'],
    ['one of two on a line', 'from a import b; x = 1\n', 'b', 'x = 1\n'],
    ['the second on a line', 'x = 1; from a import b\n', 'b', 'x = 1\n'],
    ['the last line without a line break', 'x = 1\nfrom a import b', 'b', 'x = 1\n'],
  ])('takes away %s', (_title, before, name, after) => {
    expect(without(before, name)).toBe(after);
  });
});

describe('addImport', () => {
  it.each([
    ['in its place in a sorted list', 'from a import B, d\n', 'a', 'c', 'from a import B, c, d\n'],
    ['at the end of a list without order', 'from a import z, b\n', 'a', 'c', 'from a import z, b, c\n'],
    [
      'on a line of its own in parentheses',
      'from a import (\n    b,\n    d,\n)\n',
      'a',
      'c',
      'from a import (\n    b,\n    c,\n    d,\n)\n',
    ],
    [
      'behind the last in parentheses',
      'from a import (\n    b,\n)\n',
      'a',
      'c',
      'from a import (\n    b,\n    c,\n)\n',
    ],
    ['not twice', 'from a import b\n', 'a', 'b', 'from a import b\n'],
    [
      'beside the same package',
      'import os\n\nfrom sqlalchemy import text\nfrom sqlalchemy.orm import Session\n',
      'sqlalchemy.ext.asyncio',
      'x',
      'import os\n\nfrom sqlalchemy import text\nfrom sqlalchemy.ext.asyncio import x\nfrom sqlalchemy.orm import Session\n',
    ],
    [
      'behind the other packages, before our own modules',
      'import os\n\nfrom app.models import M\n',
      'sqlalchemy',
      'x',
      'import os\nfrom sqlalchemy import x\n\nfrom app.models import M\n',
    ],
    ['behind the docstring', '"""Doc."""\n\nx = 1\n', 'a', 'b', '"""Doc."""\n\nfrom a import b\n\nx = 1\n'],
    ['into an empty module', '', 'a', 'b', 'from a import b\n'],
    [
      'below the coding cookie',
      '# -*- coding: latin-1 -*-\nx = 1\n',
      'a',
      'b',
      '# -*- coding: latin-1 -*-\nfrom a import b\n\nx = 1\n',
    ],
    [
      'with CRLF',
      'from sqlalchemy import text\r\nx = 1\r\n',
      'sqlalchemy.orm',
      'y',
      'from sqlalchemy import text\r\nfrom sqlalchemy.orm import y\r\nx = 1\r\n',
    ],
  ])('adds %s', (_title, before, module, name, after) => {
    expect(withImport(before, module, name)).toBe(after);
  });
});

describe('moveImported', () => {
  it.each([
    ['in place, where it is alone', 'from a import b\n', 'b', 'c', 'from c import b\n'],
    ['into the import that is there', 'from a import b\nfrom c import a\n', 'b', 'c', 'from c import a, b\n'],
    ['out of a list', 'from a import b, d\n', 'b', 'c', 'from a import d\nfrom c import b\n'],
    ['and keeps an alias', 'from a import b as x\n', 'x', 'c', 'from c import b as x\n'],
    [
      'inside a condition',
      'if T:\n    from a import b, d\n',
      'b',
      'c',
      'if T:\n    from c import b\n    from a import d\n',
    ],
  ])('moves %s', (_title, before, name, module, after) => {
    expect(moved(before, name, module)).toBe(after);
  });
});
