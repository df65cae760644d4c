import { describe, expect, it, vi } from 'vitest';
import type { SourceFile } from '../../src/files/source-file.ts';
import { installedOrLockedVersion, lockedVersion } from '../../src/settings/locks.ts';

const lock = (path: string, text: string): SourceFile => ({
  path,
  text,
  encoding: 'utf-8',
  mode: 0o644,
  hash: null,
});
const versions = (path: string, text: string, ...names: string[]) =>
  names.map((name) => lockedVersion(lock(path, text), name));

const TOML =
  '\ufeffversion = 1\n\n[[package]]\nname = "sqlalchemy"\nversion = "2.1.9"\nsource = { registry = "https://example.invalid" }\n\n[[package]]\nname = "python-jose"\nversion = "3.5.0"\n\n[[package]]\nname = "numpy"\nversion = "1.26.4"\n\n[[package]]\nname = "numpy"\nversion = "2.3.0"\n';
const PNPM =
  "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      '@types/ms':\n        specifier: '*'\n        version: 2.1.0\n      pg:\n        specifier: ^8.11.0\n        version: 8.23.1(pg-native@3.0.0)\n      own:\n        specifier: workspace:*\n        version: link:../own\n  api:\n    devDependencies:\n      ms: {specifier: 2.1.2, version: 2.1.2}\n      pg: {specifier: ^7, version: 7.18.2}\n";
const YARN =
  '# yarn lockfile v1\n\n\n"@types/ms@*":\n  version "2.1.0"\n  resolved "https://example.invalid"\n\nms@2.1.2, ms@^2.0.0:\n  version "2.1.2"\n\nms@3.0.0:\n  version "3.0.0"\n\npg@^8.11.0:\n  version "8.23.1"\n  dependencies:\n    version "0.0.0"\n';
const BERRY =
  '__metadata:\n  version: 8\n\n"@types/ms@npm:*":\n  version: 2.1.0\n  resolution: "@types/ms@npm:2.1.0"\n\n"pg@npm:^8.11.0":\n  version: 8.23.1\n';

describe('one lock', () => {
  it.each(['uv.lock', 'poetry.lock', 'pdm.lock'])('%s', (path) => {
    expect(versions(path, TOML, 'SQLAlchemy', 'python_jose', 'numpy', 'asyncpg')).toEqual([
      '2.1.9',
      '3.5.0',
      undefined,
      undefined,
    ]);
  });

  it.each<[string, string, string[], (string | undefined)[]]>([
    [
      'Pipfile.lock',
      '{"default": {"SQLAlchemy": {"version": "==2.1.9"}, "x": {"git": "y"}}, "develop": {"pytest": {"version": "==8.0"}}}',
      ['sqlalchemy', 'pytest', 'x'],
      ['2.1.9', '8.0', undefined],
    ],
    [
      'package-lock.json',
      '{"lockfileVersion": 3, "packages": {"": {"version": "1"}, "node_modules/pg": {"version": "8.23.1"}, "node_modules/a/node_modules/pg": {"version": "7.0.0"}, "node_modules/@a/b": {"version": "1.0.0"}}}',
      ['pg', '@a/b', 'a'],
      ['8.23.1', '1.0.0', undefined],
    ],
    [
      'package-lock.json',
      '{"lockfileVersion": 1, "dependencies": {"pg": {"version": "8.0.3"}}}',
      ['pg'],
      ['8.0.3'],
    ],
    ['pnpm-lock.yaml', PNPM, ['@types/ms', 'ms', 'pg', 'own'], ['2.1.0', '2.1.2', undefined, undefined]],
    [
      'pnpm-lock.yaml',
      'lockfileVersion: 5.4\ndependencies:\n  pg: 8.8.0_pg-native@3.0.0\n',
      ['pg'],
      ['8.8.0'],
    ],
    ['yarn.lock', YARN, ['@types/ms', 'ms', 'pg', 'dependencies'], ['2.1.0', undefined, '8.23.1', undefined]],
    ['yarn.lock', YARN.replaceAll('\n', '\r\n'), ['pg'], ['8.23.1']],
    ['yarn.lock', BERRY, ['@types/ms', 'pg', '__metadata'], ['2.1.0', '8.23.1', undefined]],
    ['node_modules/pg/package.json', '{"name": "pg", "version": "8.23.1"}', ['pg'], ['8.23.1']],
  ])('%s', (path, text, names, expected) => {
    expect(versions(path, text, ...names)).toEqual(expected);
  });

  it('says nothing on standard error, where a warning of the reader would show what the file holds', () => {
    const warnings: unknown[] = [];
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation((one) => warnings.push(one));
    expect(versions('pnpm-lock.yaml', `%SECRET hunter2\n---\n${PNPM}`, 'ms')).toEqual(['2.1.2']);
    emitted.mockRestore();
    expect(warnings).toEqual([]);
  });

  it('reads a block of many lines without a version once', () => {
    const block = `pg@^8:\n${'      x "1"\n'.repeat(60)}`;
    expect(versions('yarn.lock', `${block}\nms@2:\n  version "2.1.2"\n`, 'pg', 'ms')).toEqual([
      undefined,
      '2.1.2',
    ]);
  });

  it.each([
    ['uv.lock', '[[package'],
    ['Pipfile.lock', '{'],
    ['pnpm-lock.yaml', 'a: [\n'],
    ['uv.lock', ''],
    ['yarn.lock', ''],
    ['pnpm-lock.yaml', ''],
    ['Pipfile.lock', '[]'],
    ['unknown.lock', 'x'],
  ])('nothing from %s: %j', (path, text) => {
    expect(versions(path, text, 'pg')).toEqual([undefined]);
  });
});

describe('the nearest lock', () => {
  const files = new Map([
    ['uv.lock', TOML],
    ['api/uv.lock', TOML.replace('2.1.9', '2.0.40')],
    ['yarn.lock', YARN],
    ['web/node_modules/pg/package.json', '{"name": "pg", "version": "8.0.2"}'],
  ]);
  const workspace = {
    read: (path: string) => (files.has(path) ? lock(path, files.get(path) ?? '') : undefined),
  };

  it.each([
    ['api/src', 'python', 'sqlalchemy', { version: '2.0.40', source: 'api/uv.lock' }],
    ['other', 'python', 'sqlalchemy', { version: '2.1.9', source: 'uv.lock' }],
    ['', 'python', 'sqlalchemy', { version: '2.1.9', source: 'uv.lock' }],
    ['web', 'javascript', 'pg', { version: '8.0.2', source: 'web/node_modules/pg/package.json' }],
    ['api', 'javascript', 'pg', { version: '8.23.1', source: 'yarn.lock' }],
    ['api', 'python', 'pg', undefined],
  ] as const)('from %j for %s: %s', (root, language, name, expected) => {
    expect(installedOrLockedVersion(workspace, root, name, language)).toEqual(expected);
  });
});
