import { beforeAll, describe, expect, it } from 'vitest';
import { mayRunWith } from '../../src/backend/code-releases.ts';
import { openWorkspace } from '../../src/files/open-workspace.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import { discover } from '../../src/stages/discover.ts';
import { makeProject } from '../files/project.ts';

beforeAll(loadPython);

const CODE = { 'main.py': 'from fastapi import FastAPI\nfrom sqlalchemy import select\n\napp = FastAPI()\n' };
const GONE = 'from sqlalchemy.orm.query import _ColumnEntity\n';
const TWO = { sqlalchemy: '2.0' };

function backend(files: Record<string, string>, targets = {}) {
  const [only] = discover(openWorkspace(makeProject({ ...CODE, ...files })).workspace, targets);
  if (!only) throw new Error('no backend');
  return only;
}

describe('a module that imports what a release took away', () => {
  const files = {
    'app/__init__.py': '',
    'app/old.py': GONE,
    'app/models.py': 'from .old import _ColumnEntity\n',
    'app/store.py': 'from app import models\n',
    'app/late.py': 'def store():\n    from app import store\n    return store\n',
    'app/ready.py': 'try:\n    from app import store\nexcept ImportError:\n    store = None\n',
  };

  it.each(['app/old.py', 'app/models.py', 'app/store.py'])('keeps %s with older ones', (path) => {
    expect(mayRunWith(backend(files), path, TWO)).toBe(false);
    expect(mayRunWith(backend(files), path, { sqlalchemy: '1.3' })).toBe(true);
  });

  it.each(['main.py', 'app/__init__.py', 'app/late.py', 'app/ready.py'])('says nothing of %s', (path) => {
    expect(mayRunWith(backend(files), path, TWO)).toBe(true);
  });

  it('is looked at for the release that is asked for', () => {
    expect(mayRunWith(backend(files, { sqlalchemy: '2.1' }), 'app/old.py', TWO)).toBe(true);
    expect(mayRunWith(backend({ ...files, 'requirements.txt': 'sqlalchemy<2\n' }), 'main.py', TWO)).toBe(
      false,
    );
  });

  it('is loaded by pytest and alembic before what stands beside it', () => {
    const one = backend({
      'tests/conftest.py': GONE,
      'tests/unit/test_store.py': 'import sqlalchemy\n',
      'migrations/env.py': GONE,
      'migrations/versions/1.py': 'from alembic import op\n',
    });
    expect(mayRunWith(one, 'tests/unit/test_store.py', TWO)).toBe(false);
    expect(mayRunWith(one, 'migrations/versions/1.py', TWO)).toBe(false);
    expect(mayRunWith(one, 'main.py', TWO)).toBe(true);
  });

  it('may keep another package below a release', () => {
    const one = backend({ 'app/keys.py': 'from sqlalchemy_utils import primary_keys\n' });
    expect(mayRunWith(one, 'app/keys.py', TWO)).toBe(false);
    expect(mayRunWith(one, 'app/keys.py', { pydantic: '2' })).toBe(true);
  });
});
