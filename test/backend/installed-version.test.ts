import { beforeAll, describe, expect, it } from 'vitest';
import { installedVersionOf } from '../../src/backend/installed-version.ts';
import { whyOlder } from '../../src/backend/older-releases.ts';
import { knownVersionOf, mayBeFrom, versionReason } from '../../src/backend/package-version.ts';
import { openWorkspace } from '../../src/files/open-workspace.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import { discover } from '../../src/stages/discover.ts';
import { makeProject } from '../files/project.ts';

beforeAll(loadPython);

const CODE = { 'main.py': 'from fastapi import FastAPI\nfrom sqlalchemy import select\n\napp = FastAPI()\n' };

/** What an environment holds, as pip and uv leave it on Unix: only names count. */
function environment(folder: string, ...held: string[]): Record<string, string> {
  const site = `${folder}/lib/python3.12/site-packages`;
  const infos = held.map((name) => [`${site}/${name}/METADATA`, 'Metadata-Version: 2.4\n']);
  return { [`${folder}/pyvenv.cfg`]: 'version = 3.12.1\n', ...Object.fromEntries(infos) };
}

function backend(files: Record<string, string>, targets = {}) {
  const [only] = discover(openWorkspace(makeProject({ ...CODE, ...files })).workspace, targets);
  if (!only) throw new Error('no backend');
  return only;
}

const OLD = environment('.venv', 'SQLAlchemy-1.3.24.dist-info', 'pydantic_core-2.41.1.dist-info');

describe('the environment beside a backend', () => {
  it.each([
    ['.venv', environment('.venv', 'sqlalchemy-2.0.36.dist-info')],
    ['venv', environment('venv', 'SQLAlchemy-2.0.36-py3.8.egg-info')],
    ['.env', environment('.env', 'SQLAlchemy-2.0.36.dist-info')],
    ['mine', environment('mine', 'sqlalchemy-2.0.36.dist-info')],
    [
      'venv',
      {
        'venv/pyvenv.cfg': '',
        'venv/Lib/site-packages/sqlalchemy-2.0.36.dist-info/METADATA': '',
      },
    ],
  ])('is read from %s', (source, files) => {
    expect(installedVersionOf(backend(files), 'sqlalchemy')).toEqual({ version: '2.0.36', source });
  });

  it('is the nearest one, at or above the backend', () => {
    const above = environment('.venv', 'sqlalchemy-2.0.36.dist-info', 'asyncpg-0.30.0.dist-info');
    const own = environment('api/.venv', 'sqlalchemy-2.1.9.dist-info');
    const code = { 'api/main.py': CODE['main.py'], 'api/requirements.txt': 'fastapi\n', 'main.py': '' };
    expect(installedVersionOf(backend({ ...above, ...code }), 'sqlalchemy')).toEqual({
      version: '2.0.36',
      source: '.venv',
    });
    const both = backend({ ...above, ...own, ...code });
    expect(installedVersionOf(both, 'sqlalchemy')).toEqual({ version: '2.1.9', source: 'api/.venv' });
    expect(installedVersionOf(both, 'asyncpg')).toBeUndefined();
  });

  it('decides where no manifest says what to install', () => {
    const one = backend(OLD);
    expect(knownVersionOf(one, 'sqlalchemy')).toBe('1.3.24');
    expect(mayBeFrom(one, 'sqlalchemy', '2.0')).toBe(false);
    const newer = backend(environment('.venv', 'sqlalchemy-2.1.9.dist-info'));
    expect(mayBeFrom(newer, 'sqlalchemy', '2.0')).toBe(true);
    expect(versionReason(newer, 'sqlalchemy')).toBe('.venv has 2.1.9');
  });

  it('leaves it to the manifests what the next installation brings, and says what is still there', () => {
    const one = backend({ ...OLD, 'requirements.txt': 'fastapi\nsqlalchemy\n' });
    expect(mayBeFrom(one, 'sqlalchemy', '2.0')).toBe(true);
    expect(versionReason(one, 'sqlalchemy')).toBe('requirements.txt admits it; .venv has 1.3.24');
    expect(whyOlder(one, 'sqlalchemy', '1.4')).toBe('.venv has sqlalchemy 1.3.24');
    expect(whyOlder(one, 'sqlalchemy', '1.3')).toBeUndefined();
  });

  it('says nothing of an older state: one that its manifests exclude, a lock or --target', () => {
    const manifests = { 'requirements.txt': 'fastapi\nsqlalchemy>=2\n' };
    expect(installedVersionOf(backend({ ...OLD, ...manifests }), 'sqlalchemy')).toBeUndefined();
    const locked = {
      'pyproject.toml': '[project]\nname = "a"\ndependencies = ["sqlalchemy"]\n',
      'uv.lock': 'version = 1\n\n[[package]]\nname = "sqlalchemy"\nversion = "2.0.44"\n',
    };
    const one = backend({ ...OLD, ...locked });
    expect([knownVersionOf(one, 'sqlalchemy'), versionReason(one, 'sqlalchemy')]).toEqual([
      '2.0.44',
      'uv.lock pins 2.0.44',
    ]);
    expect(whyOlder(one, 'sqlalchemy', '1.4')).toBeUndefined();
    expect(whyOlder(backend(OLD, { sqlalchemy: '2.1' }), 'sqlalchemy', '1.4')).toBeUndefined();
  });

  it.each([
    ['no environment', {}],
    [
      'a folder without pyvenv.cfg',
      { '.venv/lib/python3.12/site-packages/sqlalchemy-2.0.36.dist-info/METADATA': '' },
    ],
    ['an empty one', { '.venv/pyvenv.cfg': '' }],
    [
      'names that are none',
      environment('.venv', 'sqlalchemy.dist-info', 'sqlalchemy-2.0.36', 'sqlalchemy_utils-0.1.dist-info'),
    ],
  ])('is not there: %s', (_name, files) => {
    expect(installedVersionOf(backend(files), 'sqlalchemy')).toBeUndefined();
  });
});
