import { describe, expect, it } from 'vitest';
import { discoverJavaScriptBackends } from '../../src/backend/javascript.ts';
import { memoryWorkspace } from '../memory-workspace.ts';

const package_ = (dependencies: object, more: object = {}) => JSON.stringify({ dependencies, ...more });

describe('Node backends', () => {
  it('finds those of a monorepo, each with its own files', () => {
    const found = discoverJavaScriptBackends(
      memoryWorkspace({
        'package.json': package_({ turbo: '2' }),
        'apps/api/package.json': package_(
          { mongoose: '^9.0.0', express: '5' },
          { name: 'api', scripts: { start: 'node src/server.js' } },
        ),
        'apps/api/src/server.js': '',
        'apps/api/.env.local': '',
        'apps/api/lib/helper.mts': '',
        'apps/api/types.d.ts': '',
        'apps/web/package.json': package_({ react: '19' }),
        'apps/web/src/index.js': '',
        'worker/package.json': package_({ pg: '8' }, { main: './main.cjs' }),
        'worker/main.cjs': '',
        'worker/node_modules/x/index.js': '',
      }),
    );
    expect(found).toMatchObject([
      {
        name: 'api',
        root: 'apps/api',
        framework: 'Express',
        files: ['apps/api/lib/helper.mts', 'apps/api/src/server.js'],
        settingsFiles: ['apps/api/.env.local'],
        entry: { file: 'apps/api/src/server.js', cwd: 'apps/api', source: 'package.json script start' },
        requires: { mongoose: '^9.0.0' },
      },
      { name: 'worker', root: 'worker', files: ['worker/main.cjs'], entry: { file: 'worker/main.cjs' } },
    ]);
  });

  it.each([
    ['package-lock.json', JSON.stringify({ packages: { 'node_modules/mongoose': { version: '8.4.1' } } })],
    [
      'package-lock.json',
      JSON.stringify({
        packages: {
          'node_modules/mongoose': { version: '9.0.0' },
          'api/node_modules/mongoose': { version: '8.4.1' },
        },
      }),
    ],
    [
      'api/npm-shrinkwrap.json',
      JSON.stringify({ packages: { 'node_modules/mongoose': { version: '8.4.1' } } }),
    ],
    [
      'pnpm-lock.yaml',
      'importers:\n  api:\n    dependencies:\n      mongoose:\n        specifier: ">=5"\n        version: 8.4.1(x@1.0.0)\n',
    ],
  ])('takes the version that %s fixed', (path, text) => {
    const workspace = memoryWorkspace({ 'api/package.json': package_({ mongoose: '>=5' }), [path]: text });
    expect(discoverJavaScriptBackends(workspace)).toMatchObject([{ requires: { mongoose: '8.4.1' } }]);
  });

  it.each([
    ['no database', { 'package.json': package_({ express: '5' }), 'index.js': '' }],
    ['no manifest', { 'index.js': "require('mongoose')" }],
    ['a manifest that is no JSON', { 'package.json': '{ "dependencies": { "pg": ', 'index.js': '' }],
    ['a manifest of another shape', { 'package.json': '{ "dependencies": ["pg"] }', 'index.js': '' }],
    ['installed packages only', { 'node_modules/a/package.json': package_({ pg: '8' }) }],
  ])('sees no backend where there is %s', (_, files: Record<string, string>) => {
    expect(discoverJavaScriptBackends(memoryWorkspace(files))).toEqual([]);
  });
});
