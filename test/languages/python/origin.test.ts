import { beforeAll, describe, expect, it } from 'vitest';
import { PythonModules } from '../../../src/languages/python/modules.ts';
import type { Origin } from '../../../src/languages/python/origin.ts';
import { descendants, loadPython } from '../../../src/languages/python/tree.ts';
import { memoryWorkspace } from '../../memory-workspace.ts';

beforeAll(loadPython);

/** The origin of the last `target` in main.py, or of the last attribute that ends in it. */
function originOf(files: Record<string, string>, target = 'target'): string {
  const modules = new PythonModules(memoryWorkspace(files));
  const document = modules.document(Object.keys(files).find((path) => path.endsWith('main.py')) ?? 'main.py');
  const nodes = document ? descendants(document.root, ['identifier', 'attribute']) : [];
  const found = nodes.filter(
    (node) => node.text === target || (node.type === 'attribute' && node.text.endsWith(`.${target}`)),
  );
  const node = found.filter((each) => each.parent?.type !== 'attribute').at(-1);
  return node && document ? told(document.origin(node)) : 'nothing';
}

function told(origin: Origin): string {
  if (origin.kind === 'external') return origin.name;
  if (origin.kind === 'local') return `local ${origin.document.path}`;
  return origin.kind;
}

describe('what a name is bound to', () => {
  it.each([
    ['an import', { 'main.py': 'from lib import target\ntarget()\n' }, 'lib.target'],
    ['an alias', { 'main.py': 'from lib import thing as target\ntarget()\n' }, 'lib.thing'],
    ['a module attribute', { 'main.py': 'import lib.part\nlib.part.target()\n' }, 'lib.part.target'],
    ['a module under another name', { 'main.py': 'import lib.part as p\np.target()\n' }, 'lib.part.target'],
    [
      'a re-export',
      { 'main.py': 'from names import target\ntarget()\n', 'names.py': 'from lib import target\n' },
      'lib.target',
    ],
    [
      'a re-export of a package',
      {
        'main.py': 'from pack import target\ntarget()\n',
        'pack/__init__.py': 'from .inner import target\n',
        'pack/inner.py': 'from lib import target\n',
      },
      'lib.target',
    ],
    [
      'a star import of our own',
      { 'main.py': 'from names import *\ntarget()\n', 'names.py': 'from lib import target\n' },
      'lib.target',
    ],
    [
      'a submodule',
      {
        'main.py': 'from pack import inner\ninner.target()\n',
        'pack/__init__.py': '',
        'pack/inner.py': 'from lib import target\n',
      },
      'lib.target',
    ],
    [
      'a relative import',
      {
        'app/main.py': 'from .names import target\ntarget()\n',
        'app/__init__.py': '',
        'app/names.py': 'from lib import target\n',
      },
      'lib.target',
    ],
    [
      'a module below src',
      {
        'src/app/main.py': 'from app.names import target\ntarget()\n',
        'src/app/__init__.py': '',
        'src/app/names.py': 'from lib import target\n',
      },
      'lib.target',
    ],
    [
      'a module beside one of the same name',
      {
        'notes/main.py': 'from notes.db import target\ntarget()\n',
        'notes/__init__.py': '',
        'notes/notes.py': '',
        'notes/db.py': 'from lib import target\n',
      },
      'lib.target',
    ],
    [
      'the same import twice',
      {
        'main.py':
          'try:\n    from lib import target\nexcept ImportError:\n    from lib import target\ntarget()\n',
      },
      'lib.target',
    ],
    [
      'a function of the project',
      { 'main.py': 'from names import target\ntarget()\n', 'names.py': 'def target(): ...\n' },
      'local names.py',
    ],
  ])('follows %s', (_title, files, expected) => {
    expect(originOf(files)).toBe(expected);
  });

  it.each([
    [
      'a parameter hides an import',
      { 'main.py': 'from lib import target\ndef f(target):\n    target()\n' },
      'local main.py',
    ],
    [
      'a local assignment hides an import',
      { 'main.py': 'from lib import target\ndef f():\n    target = 1\n    target()\n' },
      'local main.py',
    ],
    [
      'a comprehension hides an import',
      { 'main.py': 'from lib import target\n[target for target in x]\n' },
      'local main.py',
    ],
    [
      'a class body is no scope for its methods',
      { 'main.py': 'from lib import target\nclass C:\n    target = 1\n    def f(self):\n        target()\n' },
      'lib.target',
    ],
    [
      'a fallback of another library',
      {
        'main.py':
          'try:\n    from lib import target\nexcept ImportError:\n    from other import target\ntarget()\n',
      },
      'unknown',
    ],
    [
      'an attribute of an instance',
      { 'main.py': 'from lib import Thing\nt = Thing()\nt.target()\n' },
      'unknown',
    ],
    ['a name that nothing binds', { 'main.py': 'target()\n' }, 'unbound'],
    ['a star import of a library', { 'main.py': 'from lib import *\ntarget()\n' }, 'star'],
    [
      'a name that the module does not have',
      { 'main.py': 'from names import target\ntarget()\n', 'names.py': '' },
      'missing',
    ],
    [
      'modules that import each other',
      {
        'main.py': 'from a import target\ntarget()\n',
        'a.py': 'from b import target\n',
        'b.py': 'from a import target\n',
      },
      'unknown',
    ],
  ])('does not take for another: %s', (_title, files, expected) => {
    expect(originOf(files)).toBe(expected);
  });
});

describe('a folder without __init__.py', () => {
  it('gives way to an installed package of its name', () => {
    expect(originOf({ 'lib/main.py': 'from lib import target\ntarget()\n' })).toBe('lib.target');
  });

  it('holds the modules that are in it', () => {
    expect(originOf({ 'main.py': 'from lib import target\ntarget()\n', 'lib/target.py': '' })).toBe('module');
  });
});
