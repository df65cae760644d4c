import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { versionsFrom, versionsOf } from '../../../src/backend/javascript/versions.ts';
import { Workspace } from '../../../src/workspace.ts';
import { memoryWorkspace } from '../../memory-workspace.ts';

const manifest = (dependencies: object) => JSON.stringify({ dependencies });
const backend = (workspace: Workspace, root = '') => ({ workspace, facts: { root } });

describe('the version that a range of package.json gets', () => {
  it.each([
    ['9.1.2', 9],
    ['^8.4.0', 8],
    ['~7.0', 7],
    ['>=5 <7', 6],
    ['^5 || ^6', 6],
    ['5.x', 5],
    ['>=5', 9],
    ['*', 9],
    ['latest', 9],
    ['npm:mongoose@^6.1.0', 6],
    ['github:Automattic/mongoose#master', 9],
    ['^11.0.0', 11],
  ])('%s: mongoose %d', (range, major) => {
    expect(versionsFrom({ mongoose: range })('mongoose')).toMatchObject({ major });
  });

  it.each([
    ['pg', '^8.11.0', '<8.15', false],
    ['pg', '8.11.0', '<8.15', true],
    ['typeorm', '^0.2.45', '<0.3', true],
    ['typeorm', '^0.3.0', '<0.3', false],
    ['typeorm', '>=0.2', '>=1', true],
    ['pg', '~8.0.0', '<=8.0.2', false],
    ['redis', '^4.0.0-rc.1', '>=4', true],
  ])('%s %s lies in %s: %s', (name, range, other, expected) => {
    expect(versionsFrom({ [name]: range })(name)?.is(other)).toBe(expected);
  });
});

describe('the version that is locked', () => {
  it.each([
    ['package-lock.json', '{"packages":{"node_modules/pg":{"version":"8.11.3"}}}'],
    ['package-lock.json', '{"lockfileVersion":1,"dependencies":{"pg":{"version":"8.11.3"}}}'],
    [
      'package-lock.json',
      '{"packages":{"node_modules/pg":{"version":"8.9.0"},"api/node_modules/pg":{"version":"8.11.3"}}}',
    ],
    ['api/npm-shrinkwrap.json', '{"packages":{"node_modules/pg":{"version":"8.11.3"}}}'],
    [
      'pnpm-lock.yaml',
      'importers:\n  api:\n    dependencies:\n      pg:\n        specifier: ^8.0.0\n        version: 8.11.3(x@1)\n',
    ],
    ['api/pnpm-lock.yaml', 'dependencies:\n  pg: 8.11.3\n'],
    [
      'yarn.lock',
      '# yarn lockfile v1\n\n\npg@^8.1.0:\n  version "8.20.0"\n\n"pg@^7.0.0", pg@^8.0.0:\n  version "8.11.3"\n  resolved "x"\n',
    ],
    [
      'yarn.lock',
      '__metadata:\n  version: 8\n\n"pg@npm:^8.0.0, pg@npm:^8.2.0":\n  version: 8.11.3\n  resolution: "pg@npm:8.11.3"\n',
    ],
    [
      'bun.lock',
      '{"workspaces":{"api":{"name":"api",},},"packages":{"pg":["pg@8.11.3","",{},"sha512-x=="],},}',
    ],
    [
      'bun.lock',
      '{"workspaces":{"api":{"name":"api"}},"packages":{"pg":["pg@8.9.0"],"api/pg":["pg@8.11.3"]}}',
    ],
  ])('by %s', (path, text) => {
    const workspace = memoryWorkspace({ 'api/package.json': manifest({ pg: '^8.0.0' }), [path]: text });
    expect(versionsOf(backend(workspace, 'api'))('pg')?.text).toBe(`pg 8.11.3 (${path})`);
  });

  it('is the one of the package that is asked about, in a workspace', () => {
    const workspace = memoryWorkspace({
      'package.json': manifest({ redis: '^4.0.0' }),
      'api/package.json': manifest({ pg: '^8.0.0' }),
      'yarn.lock': 'pg@^7.0.0:\n  version "7.1.0"\n',
    });
    const version = versionsOf(backend(workspace, 'api'));
    expect([version('pg')?.text, version('redis')?.major, version('knex')]).toEqual([
      'pg ^8.0.0',
      4,
      undefined,
    ]);
  });

  it('is not the one of a lock that the manifest has left behind', () => {
    const workspace = memoryWorkspace({
      'package.json': manifest({ pg: '^8.0.3' }),
      'package-lock.json': '{"packages":{"node_modules/pg":{"version":"7.18.2"}}}',
    });
    expect(versionsOf(backend(workspace))('pg')?.text).toBe('pg ^8.0.3');
  });

  const folder = mkdtempSync(join(tmpdir(), 'fix-backend-versions-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('or the one that is installed, where no lock file says', () => {
    mkdirSync(join(folder, 'node_modules/pg'), { recursive: true });
    writeFileSync(join(folder, 'node_modules/pg/package.json'), '{"version":"8.14.1"}');
    const files = memoryWorkspace({ 'api/package.json': manifest({ pg: '^8.0.0' }) });
    const workspace = new Workspace(folder, files.files(), (path) => files.read(path));
    expect(versionsOf(backend(workspace, 'api'))('pg')?.text).toBe('pg 8.14.1 (installed)');
  });
});
