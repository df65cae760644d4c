import { beforeAll, describe, expect, test } from 'vitest';
import type { Targets } from '../../src/backend/backend.ts';
import { parsesEverything } from '../../src/commands/parses-everything.ts';
import { checkTargets, markTargeted, readTargets, targetNotices } from '../../src/commands/targets.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import { loadTransforms } from '../../src/load-transforms.ts';
import { discover } from '../../src/stages/discover.ts';
import { plan } from '../../src/stages/plan.ts';
import type { FixBackendError } from '../../src/types.ts';
import { memoryWorkspace } from '../memory-workspace.ts';

const transforms = await loadTransforms();
beforeAll(loadPython);

const LOCKED = {
  'pyproject.toml':
    '[project]\nname = "app"\ndependencies = ["fastapi", "sqlalchemy>=2.0,<2.1", "asyncpg", "pydantic"]\n',
  'uv.lock':
    'version = 1\n\n[[package]]\nname = "sqlalchemy"\nversion = "2.0.44"\n\n[[package]]\nname = "starlette"\nversion = "0.50.0"\n\n[[package]]\nname = "pydantic"\nversion = "1.10.19"\n\n[[package]]\nname = "fastapi"\nversion = "0.99.1"\n',
  'main.py': `from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql+asyncpg://localhost/app")
app = FastAPI()


class Item(BaseModel):
    id: int

    class Config:
        orm_mode = True


def start():
    print("up")


app.add_event_handler("startup", start)
`,
};

/** The transforms that find something where these versions are asked about. */
function found(targets: Targets): string[] {
  return [...new Set(planned(targets).steps.map(({ finding }) => finding.transform))].sort();
}

function planned(targets: Targets) {
  const tools = {
    tool: 'test',
    transforms,
    parses: parsesEverything,
    discover: (now: Parameters<typeof discover>[0]) => discover(now, targets),
  };
  return plan(memoryWorkspace(LOCKED), { unsafe: true, only: [], skip: [], refused: new Set() }, tools);
}

test('what is locked has nothing to repair, and each version that is asked about brings its own', () => {
  expect(found({})).toEqual([]);
  expect(found({ sqlalchemy: '2.1' })).toEqual(['settings/require-asyncio-extra']);
  expect(found({ starlette: '1.0' })).toEqual(['python/append-startup-handlers']);
  expect(found({ pydantic: '2.14' })).toEqual(['python/rename-orm-mode']);
  expect(found({ sqlalchemy: '2.0.58' })).toEqual([]);
});

test('a package brings what it requires along: FastAPI 0.165 comes with Starlette 1 and pydantic 2', () => {
  expect(found({ fastapi: '0.165.0' })).toEqual(['python/append-startup-handlers', 'python/rename-orm-mode']);
  expect(found({ fastapi: '0.110.0' })).toEqual(['python/rename-orm-mode']);
});

test('findings say which version they are for, once', () => {
  const targets = { sqlalchemy: '2.1', starlette: '1.0' };
  const messages = markTargeted(planned(targets), planned({}), targets).steps.map(
    ({ finding }) => finding.message,
  );
  expect(messages).toHaveLength(2);
  for (const message of messages) expect(message.split('--target')).toHaveLength(2);
});

test('manifests that hold a package back are named, and a package that nothing asks about', () => {
  const backends = discover(memoryWorkspace(LOCKED), { sqlalchemy: '2.1', asyncpg: '0.32.0' });
  const [backend] = backends;
  for (const { transform, language } of transforms)
    if (language === 'settings' && backend) transform.detect(backend);
  expect(targetNotices({ sqlalchemy: '2.1', asyncpg: '0.32.0' }, backends)).toEqual([
    'pyproject.toml requires sqlalchemy>=2.0,<2.1: raise it when you upgrade to 2.1.',
    'No transform knows of anything that asyncpg 0.32.0 changes here.',
  ]);
});

describe('what is typed', () => {
  test('is a package and its version, by whichever spelling', () => {
    expect(readTargets(['SQLAlchemy[asyncio] == 2.1', 'flask_sqlalchemy==3.1.1'])).toEqual({
      sqlalchemy: '2.1',
      'flask-sqlalchemy': '3.1.1',
    });
  });

  test.each([['sqlalchemy'], ['sqlalchemy=2.1'], ['sqlalchemy>=2.1'], ['sqlalchemy==two'], ['==2.1'], ['']])(
    '%j is wrong',
    (typed) => {
      expect(errorOf(() => readTargets([typed]))).toMatchObject({
        exitCode: 2,
        next: expect.stringContaining('--target sqlalchemy==2.1'),
      });
    },
  );

  test('two versions of one package are wrong', () => {
    expect(errorOf(() => readTargets(['pydantic==2.1', 'Pydantic==2.2'])).message).toContain('2.1 and 2.2');
  });

  test('a package that nothing here requires is wrong, and the nearest is named', () => {
    const backends = discover(memoryWorkspace(LOCKED));
    expect(errorOf(() => checkTargets({ sqlalchmey: '2.1' }, backends))).toMatchObject({
      exitCode: 2,
      next: 'Did you mean:  fix-backend --target sqlalchemy==2.1',
    });
    expect(errorOf(() => checkTargets({ django: '5.0' }, backends)).next).toContain('fastapi');
    expect(() => checkTargets({ starlette: '1.0' }, backends)).not.toThrow();
  });
});

function errorOf(run: () => void): FixBackendError {
  try {
    run();
  } catch (error) {
    return error as FixBackendError;
  }
  throw new Error('nothing was thrown');
}
