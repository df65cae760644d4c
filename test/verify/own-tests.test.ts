import { describe, expect, test } from 'vitest';
import { replaced, SOUND, tried } from './tiny.ts';

const LONG = 240_000;
const TESTS: Record<string, string> = {
  'requirements-dev.txt': 'httpx\npytest\n',
  'tests/test_app.py': `from fastapi.testclient import TestClient
from app.main import app
def test_health():
    with TestClient(app) as client:
        assert client.get("/health").json() == {"status": "healthy"}
def test_there_is_no_thing():
    with TestClient(app) as client:
        assert client.get("/things/").json() == []
def test_that_nobody_has_met():
    assert 1 == 2, "not yet"
`,
};
const FILES = Object.keys({ ...SOUND, ...TESTS }).filter((name) => name.endsWith('.py'));
const HOW = {
  facts: { files: FILES, manifests: ['requirements.txt', 'requirements-dev.txt'] },
  options: { level: 'tests' as const },
};

describe("the project's own tests", () => {
  test('what failed before may fail, and what did not may not; on an empty database', {
    timeout: LONG,
  }, async () => {
    const unhealthy = replaced('app/main.py', '"status": "healthy"', '"status": "ill"');
    const { check, verdict } = await tried(TESTS, { ...TESTS, ...unhealthy }, HOW);
    expect(check('tests').before.failures?.map((one) => one.subject)).toEqual([
      'tests/test_app.py::test_that_nobody_has_met',
    ]);
    expect(check('tests').newlyFailing).toEqual(['tests/test_app.py::test_health']);
    expect(check('tests').after.evidence).toMatch(
      /test_health: (AssertionError|assert).*tests\/test_app\.py:5/,
    );
    expect(verdict.result).toBe('broken');
  });

  test('none new: it passes, and says which fail as before', { timeout: LONG }, async () => {
    const before = {
      ...TESTS,
      ...replaced('app/database.py', 'import AsyncSession', 'import AsyncEngine, AsyncSession'),
    };
    const { check } = await tried(before, { ...TESTS, 'app/note.py': '' }, HOW);
    expect(check('tests').before.failures?.[0]?.subject).toBe('tests/test_app.py');
    expect(check('tests').newlyFailing).toBeUndefined();
    expect(check('tests').after).toMatchObject({ status: 'pass' });
    expect(check('tests').after.evidence).toContain(
      'as before, 1 fail: tests/test_app.py::test_that_nobody_has_met',
    );
  });

  test('no tests are no failure, and below the level there is no such line', { timeout: LONG }, async () => {
    const { check } = await tried(undefined, {}, { options: { level: 'tests' } });
    expect(check('tests').after.evidence).toBe('the project has no tests that pytest finds');
    const { verdict } = await tried(undefined, {}, { options: { level: 'import' } });
    expect(verdict.checks.map(({ id }) => id)).toEqual([
      'python',
      'install',
      'versions',
      'driver',
      'imports',
      'cycles',
      'limits',
    ]);
    expect(verdict.result).toBe('fixed');
  });
});
