import { describe, expect, it } from 'vitest';
import { lockedPythonVersion } from '../../src/settings/python-locks.ts';
import { memoryWorkspace } from '../memory-workspace.ts';

const TOML =
  '\ufeffversion = 1\n\n[[package]]\nname = "sqlalchemy"\nversion = "2.1.9"\nsource = { registry = "https://example.invalid" }\n\n[[package]]\nname = "python-jose"\nversion = "3.5.0"\n\n[[package]]\nname = "numpy"\nversion = "1.26.4"\n\n[[package]]\nname = "numpy"\nversion = "2.3.0"\n';

const versions = (path: string, text: string, ...names: string[]) =>
  names.map((name) => lockedPythonVersion(memoryWorkspace({ [path]: text }), '', name)?.version);

describe('one lock of Python', () => {
  it.each(['uv.lock', 'poetry.lock', 'pdm.lock'])('%s', (path) => {
    expect(versions(path, TOML, 'SQLAlchemy', 'python_jose', 'numpy', 'asyncpg')).toEqual([
      '2.1.9',
      '3.5.0',
      undefined,
      undefined,
    ]);
  });

  it('Pipfile.lock', () => {
    const text =
      '{"default": {"SQLAlchemy": {"version": "==2.1.9"}, "x": {"git": "y"}}, "develop": {"pytest": {"version": "==8.0"}}}';
    expect(versions('Pipfile.lock', text, 'sqlalchemy', 'pytest', 'x')).toEqual(['2.1.9', '8.0', undefined]);
  });

  it.each([
    ['uv.lock', '[[package'],
    ['uv.lock', ''],
    ['uv.lock', 'package = "x"\n'],
    ['Pipfile.lock', '{'],
    ['Pipfile.lock', '[]'],
    ['unknown.lock', 'x'],
  ])('nothing from %s: %j', (path, text) => {
    expect(versions(path, text, 'pg')).toEqual([undefined]);
  });
});

describe('the nearest lock of Python', () => {
  const workspace = memoryWorkspace({ 'uv.lock': TOML, 'api/uv.lock': TOML.replace('2.1.9', '2.0.40') });

  it.each([
    ['api/src', 'sqlalchemy', { version: '2.0.40', source: 'api/uv.lock' }],
    ['other', 'sqlalchemy', { version: '2.1.9', source: 'uv.lock' }],
    ['', 'sqlalchemy', { version: '2.1.9', source: 'uv.lock' }],
    ['api', 'asyncpg', undefined],
  ] as const)('from %j for %s', (root, name, expected) => {
    expect(lockedPythonVersion(workspace, root, name)).toEqual(expected);
  });
});
