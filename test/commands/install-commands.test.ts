import { expect, test } from 'vitest';
import { asTyped, installs, refreshes } from '../../src/commands/install-commands.ts';
import type { Plan } from '../../src/types.ts';
import { workspaceOf } from '../stages/planning.ts';

function typed(manifest: string, beside: string[] = [], path = '.', changed = manifest): string[] {
  const plan = { backends: [{ manifests: [manifest] }], changes: [{ path: changed }] } as unknown as Plan;
  const workspace = workspaceOf(Object.fromEntries([manifest, ...beside].map((name) => [name, ''])));
  return installs(plan, workspace).map((install) => asTyped(install, path));
}

test.each([
  ['requirements.txt', [], 'pip install -r requirements.txt'],
  ['api/requirements/base.txt', [], 'cd api/requirements && pip install -r base.txt'],
  ['pyproject.toml', [], 'pip install -e .'],
  ['pyproject.toml', ['uv.lock'], 'uv sync'],
  ['api/pyproject.toml', ['api/poetry.lock'], 'cd api && poetry lock && poetry install'],
  ['Pipfile', [], 'pipenv install'],
  ['package.json', [], 'npm install'],
  ['package.json', ['pnpm-lock.yaml'], 'pnpm install'],
  ["it's here/requirements.txt", [], `cd 'it'\\''s here' && pip install -r requirements.txt`],
])('%s beside %j', (manifest, beside, command) => {
  expect(typed(manifest, beside)).toEqual([command]);
});

test.each([
  ['package.json', { 'package-lock.json': '' }, 'npm install --package-lock-only'],
  ['package.json', { 'pnpm-lock.yaml': '' }, 'pnpm install --lockfile-only'],
  ['package.json', { 'yarn.lock': '__metadata:\n  version: 8\n' }, 'yarn install --mode=update-lockfile'],
  [
    'package.json',
    { 'yarn.lock': '# yarn lockfile v1\n' },
    'yarn install --ignore-scripts --non-interactive',
  ],
  ['package.json', { 'bun.lock': '' }, 'bun install --lockfile-only'],
  ['packages/api/package.json', { 'pnpm-lock.yaml': '' }, 'pnpm install --lockfile-only'],
  ['pyproject.toml', { 'uv.lock': '' }, 'uv lock'],
  ['api/pyproject.toml', { 'uv.lock': '' }, 'uv lock'],
  ['api/pyproject.toml', { 'api/poetry.lock': '' }, 'cd api && poetry lock'],
  ['pyproject.toml', { 'pdm.lock': '' }, 'pdm lock'],
  ['Pipfile', { 'Pipfile.lock': '' }, 'pipenv lock'],
])('the lock file of %s beside %j', (manifest, locks, command) => {
  const plan = { backends: [{ manifests: [manifest] }], changes: [{ path: manifest }] } as unknown as Plan;
  const workspace = workspaceOf({ [manifest]: '', ...locks });
  const [refresh] = refreshes(plan, workspace).map((each) => asTyped(each, '.'));
  expect(refresh).toContain(command);
});

test.each([
  ['requirements.txt', {}],
  ['requirements.txt', { 'uv.lock': '' }],
  ['package.json', {}],
  ['web/package.json', { 'api/package-lock.json': '' }],
])('there is no lock file to refresh for %s beside %j', (manifest, others) => {
  const plan = { backends: [{ manifests: [manifest] }], changes: [{ path: manifest }] } as unknown as Plan;
  expect(refreshes(plan, workspaceOf({ [manifest]: '', ...others }))).toEqual([]);
});

test('it is typed where the person stands', () => {
  expect(typed('requirements.txt', [], './services/api')).toEqual([
    'cd services/api && pip install -r requirements.txt',
  ]);
});

test('an absolute path stays one', () => {
  expect(typed('requirements.txt', [], '/srv/api')).toEqual([
    'cd /srv/api && pip install -r requirements.txt',
  ]);
});

test('nothing is to be installed where no manifest changes', () => {
  expect(typed('requirements.txt', [], '.', 'main.py')).toEqual([]);
});
