import { describe, expect, it, vi } from 'vitest';
import { lockedNodeVersion } from '../../src/settings/node-locks.ts';
import { memoryWorkspace } from '../memory-workspace.ts';

const PNPM =
  "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      '@types/ms':\n        specifier: '*'\n        version: 2.1.0\n      pg:\n        specifier: ^8.11.0\n        version: 8.23.1(pg-native@3.0.0)\n      own:\n        specifier: workspace:*\n        version: link:../own\n  api:\n    devDependencies:\n      ms: {specifier: 2.1.2, version: 2.1.2}\n      pg: {specifier: ^7, version: 7.18.2}\n";
const YARN =
  '# yarn lockfile v1\n\n\n"@types/ms@*":\n  version "2.1.0"\n  resolved "https://example.invalid"\n\nms@2.1.2, ms@^2.0.0:\n  version "2.1.2"\n\nms@3.0.0:\n  version "3.0.0"\n\npg@^8.11.0:\n  version "8.23.1"\n  dependencies:\n    version "0.0.0"\n';
const BERRY =
  '__metadata:\n  version: 8\n\n"@types/ms@npm:*":\n  version: 2.1.0\n  resolution: "@types/ms@npm:2.1.0"\n\n"pg@npm:^8.11.0":\n  version: 8.23.1\n';

/** Asked as `name@range`, for the package.json at the root or in `below`. */
const versions = (path: string, text: string, asked: string[], below = '') =>
  asked.map((each) => {
    const at = each.lastIndexOf('@');
    const wanted = { name: each.slice(0, at), range: each.slice(at + 1) };
    return lockedNodeVersion(memoryWorkspace({ [path]: text }), below, wanted)?.version;
  });

describe('one lock of Node', () => {
  it.each<[string, string, string[], (string | undefined)[], string?]>([
    [
      'package-lock.json',
      '{"lockfileVersion": 3, "packages": {"": {"version": "1"}, "node_modules/pg": {"version": "8.23.1"}, "node_modules/a/node_modules/pg": {"version": "7.0.0"}, "node_modules/@a/b": {"version": "1.0.0"}}}',
      ['pg@^8', '@a/b@*', 'a@*'],
      ['8.23.1', '1.0.0', undefined],
    ],
    [
      'package-lock.json',
      '{"packages": {"node_modules/pg": {"version": "8.23.1"}, "api/node_modules/pg": {"version": "7.18.2"}}}',
      ['pg@^7'],
      ['7.18.2'],
      'api',
    ],
    [
      'package-lock.json',
      '{"lockfileVersion": 1, "dependencies": {"pg": {"version": "8.0.3"}}}',
      ['pg@^8'],
      ['8.0.3'],
    ],
    [
      'pnpm-lock.yaml',
      PNPM,
      ['@types/ms@*', 'ms@2', 'pg@^8.11.0', 'own@*'],
      ['2.1.0', undefined, '8.23.1', undefined],
    ],
    ['pnpm-lock.yaml', PNPM, ['ms@2.1.2', 'pg@^7'], ['2.1.2', '7.18.2'], 'api'],
    [
      'pnpm-lock.yaml',
      'lockfileVersion: 5.4\ndependencies:\n  pg: 8.8.0_pg-native@3.0.0\n',
      ['pg@*'],
      ['8.8.0'],
    ],
    [
      'yarn.lock',
      YARN,
      ['@types/ms@*', 'ms@^2.0.0', 'ms@3.0.0', 'pg@^8.11.0', 'pg@^7', 'dependencies@*'],
      ['2.1.0', '2.1.2', '3.0.0', '8.23.1', undefined, undefined],
    ],
    ['yarn.lock', YARN.replaceAll('\n', '\r\n'), ['pg@^8.11.0'], ['8.23.1']],
    ['yarn.lock', BERRY, ['@types/ms@*', 'pg@^8.11.0', '__metadata@*'], ['2.1.0', '8.23.1', undefined]],
    [
      'bun.lock',
      '{"packages": {"pg": ["pg@8.23.1", "", {}, "sha"], "api/pg": ["pg@7.0.0"]}, "workspaces": {"api": {"name": "api"}}}',
      ['pg@*'],
      ['7.0.0'],
      'api',
    ],
  ])('%s', (path, text, asked, expected, below) => {
    expect(versions(path, text, asked, below)).toEqual(expected);
  });

  it('says nothing on standard error, where a warning of the reader would show what the file holds', () => {
    const warnings: unknown[] = [];
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation((one) => warnings.push(one));
    expect(versions('pnpm-lock.yaml', `%SECRET hunter2\n---\n${PNPM}`, ['pg@*'])).toEqual(['8.23.1']);
    emitted.mockRestore();
    expect(warnings).toEqual([]);
  });

  it('reads a block of many lines without a version once', () => {
    const block = `pg@^8:\n${'      x "1"\n'.repeat(60)}`;
    expect(versions('yarn.lock', `${block}\nms@2:\n  version "2.1.2"\n`, ['pg@^8', 'ms@2'])).toEqual([
      undefined,
      '2.1.2',
    ]);
  });

  it.each([
    ['package-lock.json', '{'],
    ['package-lock.json', ''],
    ['pnpm-lock.yaml', 'a: [\n'],
    ['pnpm-lock.yaml', ''],
    ['yarn.lock', ''],
    ['bun.lock', '[]'],
  ])('nothing from %s: %j', (path, text) => {
    expect(versions(path, text, ['pg@*'])).toEqual([undefined]);
  });
});
